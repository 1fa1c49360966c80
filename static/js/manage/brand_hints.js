// What may differ with a brand, in the languages that the server does not speak: its own sentence is English. Loaded with the form.

/** @type {Record<string, Record<string, string>>} by language, then by the name of the template */
export const brandHints = {
  es: {
    hikvision: 'Cámaras y grabadores; una cámara sola es el canal 1.',
    dahua: 'Cámaras y grabadores; una cámara sola es el canal 1.',
    reolink: 'RTSP debe activarse en la cámara; los firmware antiguos usan h264Preview_01_main.',
    axis: 'Un sensor que no es 16:9 tiene otras resoluciones: indique sus direcciones a mano.',
    uniview: 'Cámaras y grabadores; una cámara sola es el canal 1; las antiguas usan /media/video1.',
    amcrest: 'Cámaras y grabadores; una cámara sola es el canal 1.',
    tplink: 'Tapo pide la cuenta de cámara de los ajustes avanzados de su aplicación, no la cuenta TP-Link.',
    onvif: 'ONVIF no fija ninguna ruta; estas son las más habituales en cámaras sin marca conocida.',
  },
  zh: {
    hikvision: '摄像机和录像机；单独的摄像机为通道 1。',
    dahua: '摄像机和录像机；单独的摄像机为通道 1。',
    reolink: '必须在摄像机中开启 RTSP；旧固件使用 h264Preview_01_main。',
    axis: '非 16:9 的传感器有其他分辨率：请手动填写地址。',
    uniview: '摄像机和录像机；单独的摄像机为通道 1，旧型号使用 /media/video1。',
    amcrest: '摄像机和录像机；单独的摄像机为通道 1。',
    tplink: 'Tapo 需要其应用高级设置中的摄像机账户，而不是 TP-Link 账户。',
    onvif: 'ONVIF 不规定路径；这些是无已知品牌的摄像机最常用的路径。',
  },
};

/** @param {string} tag `lang` of the document @param {{name: string, hint: string}} brand */
export function hintOf(tag, { name, hint }) {
  return brandHints[tag.split('-')[0] ?? '']?.[name] ?? hint;
}
