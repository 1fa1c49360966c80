#!/bin/bash
# Makes the clips that the simulated cameras play: ops/make_clips.sh [DIR]   (default build/clips)
#
# Sixteen demo cameras (main and sub stream each), small variants of codec, profile, GOP and audio
# for the tests, and pictures to which a camera is switched when it fails, with two files that describe them to camwall-camera-sim: demo.json and
# variants.json. Clips that exist are kept; all are made anew when this script has changed.
set -euo pipefail

dir=${1:-build/clips}
font=/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf
seconds=10
jobs_max=$(nproc)

die() {
  echo "make_clips: $*" >&2
  exit 1
}

# The encoder's arguments for a profile: baseline, main or high (high: with two B-frames), or hevc.
video_codec() { # PROFILE FPS GOP_S BITRATE_K
  local profile=$1 gop=$(($2 * $3)) rate=$4
  local common="-r $2 -g $gop -keyint_min $gop -b:v ${rate}k -maxrate ${rate}k -bufsize ${rate}k -pix_fmt yuv420p"
  local x264="-c:v libx264 -preset ultrafast -sc_threshold 0 -threads 1 $common"
  case $profile in
    baseline) echo "$x264 -profile:v baseline -bf 0" ;;
    main) echo "$x264 -profile:v main -bf 0 -x264-params cabac=1:scenecut=0" ;;
    high) echo "$x264 -profile:v high -bf 2 -x264-params cabac=1:8x8dct=1:b-adapt=0:scenecut=0:open-gop=0" ;;
    hevc) echo "-c:v libx265 -preset ultrafast $common -tag:v hvc1 -x265-params log-level=error:scenecut=0:open-gop=0:bframes=0:pools=1:frame-threads=1:keyint=$gop:min-keyint=$gop" ;;
    *) die "no such profile: $profile" ;;
  esac
}

audio_codec() { # KIND
  case $1 in
    none) echo "-an" ;;
    aac) echo "-c:a aac -ar 16000 -ac 1 -b:a 32k" ;;
    pcmu) echo "-c:a pcm_mulaw -ar 8000 -ac 1" ;;
    pcma) echo "-c:a pcm_alaw -ar 8000 -ac 1" ;;
    *) die "no such audio: $1" ;;
  esac
}

# A 1280x720 picture that is never still: a drifting gradient, grain (it fills the bit rate as a real
# sensor's does), a moving box, the camera's name, a clock and a frame counter.
picture() { # LABEL FPS SECONDS COLOUR_A COLOUR_B NUMBER
  local text="fontfile=$font:fontcolor=white:box=1:boxcolor=black@0.55:boxborderw=14"
  local x="mod(t*$((120 + $6 * 15))\,1160)" y="190+150*sin(t*$((1 + $6 % 3))+$6)+150"
  printf '%s' "gradients=s=1280x720:r=$2:d=$3:c0=0x$4:c1=0x$5:n=2:speed=0.03:seed=$6,format=yuv420p,"
  printf '%s' "noise=alls=7:allf=t,drawbox=x=$x:y=$y:w=120:h=120:color=white@0.75:t=fill,"
  printf '%s' "drawbox=x=$x+20:y=$y+20:w=80:h=80:color=0x$4:t=fill,"
  printf '%s' "drawtext=$text:fontsize=64:x=48:y=44:text='$1',"
  printf '%s' "drawtext=$text:fontsize=44:x=w-tw-48:y=54:text='%{pts\\:hms}   %{eif\\:n\\:d\\:5}'"
}

# One camera: both of its streams from the same pictures.
make_camera() { # NAME LABEL COLOUR_A COLOUR_B FPS MAIN_PROFILE SUB_PROFILE AUDIO
  local name=$1 main=$dir/$1_main.mov sub=$dir/$1_sub.mov
  [[ -s $main && -s $sub ]] && return
  # shellcheck disable=SC2046  # the codec arguments are words
  ffmpeg -v error -y -f lavfi -i "$(picture "$2" "$5" $seconds "$3" "$4" "$((10#${name#cam}))")" \
    -f lavfi -i "sine=frequency=$((300 + 40 * 10#${name#cam})):sample_rate=16000:duration=$seconds" \
    -filter_complex "[0:v]split[a][b];[b]fps=15,scale=640:360:flags=fast_bilinear[s]" \
    -map '[a]' -map 1:a $(video_codec "$6" "$5" 2 2000) $(audio_codec "$8") -t $seconds "$main.part.mov" \
    -map '[s]' -map 1:a $(video_codec "$7" 15 1 500) $(audio_codec "$8") -t $seconds "$sub.part.mov" </dev/null
  mv "$main.part.mov" "$main"
  mv "$sub.part.mov" "$sub"
  echo "  $name  $2  (main $6, sub $7, audio $8)"
}

# One small clip for the tests: 640x360, 15 frames a second.
make_variant() { # NAME PROFILE GOP_S AUDIO SECONDS
  local file=$dir/$1.mov
  [[ -s $file ]] && return
  # shellcheck disable=SC2046
  ffmpeg -v error -y -f lavfi -i "$(picture "$1" 15 "$5" 3a4a5a 203850 3),scale=640:360" \
    -f lavfi -i "sine=frequency=440:sample_rate=16000:duration=$5" \
    -map 0:v -map 1:a $(video_codec "$2" 15 "$3" 500) $(audio_codec "$4") -t "$5" "$file.part.mov" </dev/null
  mv "$file.part.mov" "$file"
  echo "  $1"
}

# One small clip that is played in place of a camera's own: 15 frames a second, six seconds.
make_failure() { # NAME FILTERS
  local file=$dir/$1.mov
  [[ -s $file ]] && return
  # shellcheck disable=SC2046
  ffmpeg -v error -y -f lavfi -i "$2" $(video_codec main 15 1 500) -an -t 6 "$file.part.mov" </dev/null
  mv "$file.part.mov" "$file"
  echo "  $1"
}

# name|label|colour a|colour b|main's frames a second|main's profile|sub's profile|audio
# Every sub-stream is H.264, so that a wall of them plays in any browser; cam16's main stream is H.265.
cameras='cam01|Front gate|1b4965|62b6cb|25|high|main|aac
cam02|Loading dock|6a3d1a|d9a05b|20|main|baseline|pcmu
cam03|Car park north|2d4a22|93b96f|15|baseline|baseline|none
cam04|Car park south|1f4d3a|7fc8a0|25|high|high|pcma
cam05|Reception|4a2545|c08497|20|main|main|aac
cam06|Lift lobby|3d348b|9a8fe0|15|main|baseline|none
cam07|Server room|14213d|4f7cac|20|high|main|none
cam08|Warehouse A|5f3811|e0a458|20|main|main|pcmu
cam09|Warehouse B|582f0e|c9925a|20|high|high|none
cam10|Canteen|6b2737|e08e79|25|main|main|aac
cam11|Stairwell|343a40|a3b1bf|15|baseline|baseline|pcma
cam12|Roof|0b3954|8fc1d9|20|high|main|none
cam13|Workshop|4f4a1b|c9c05b|20|main|baseline|pcmu
cam14|Side entrance|283618|a3b18a|25|high|high|aac
cam15|Bicycle shed|234e52|6fb7b0|15|main|main|none
cam16|Goods lift|3c1f3f|b38bbd|15|hevc|main|none'

# name|profile|GOP in seconds|audio|seconds
variants='h264_baseline_g1|baseline|1|none|6
h264_main_g2|main|2|none|6
h264_high_bframes|high|1|none|6
h264_high_bframes_aac|high|2|aac|6
h264_aac|main|1|aac|6
h264_pcmu|main|1|pcmu|6
h264_pcma|main|1|pcma|6
h264_g10|main|10|none|20
h265_g1|hevc|1|none|6
h265_aac|hevc|2|aac|6
h265_pcmu|hevc|1|pcmu|6'

# name|filters: a picture that stands still though frames come, none at all, and one of another size
failures="still|$(picture still 15 6 3a4a5a 203850 5),scale=640:360,loop=loop=-1:size=1,setpts=N/15/TB
black|color=black:s=640x360:r=15
grey|color=gray:s=640x360:r=15
small|$(picture small 15 6 3a4a5a 203850 7),scale=320:180"

write_mounts() { # demo.json, variants.json: files in the form camwall-camera-sim --mounts reads
  local separator name label profile
  {
    printf '{"cameras": ['
    separator=
    while IFS='|' read -r name label _; do
      printf '%s\n  {"name": "%s", "label": "%s", "streams": [{"path": "main", "clip": "%s_main.mov"}, {"path": "sub", "clip": "%s_sub.mov"}]}' \
        "$separator" "$name" "$label" "$name" "$name"
      separator=,
    done <<<"$cameras"
    printf '\n]}\n'
  } >"$dir/demo.json.part"
  {
    printf '{"cameras": ['
    separator=
    while IFS='|' read -r name profile _; do
      printf '%s\n  {"name": "%s", "streams": [{"path": "main", "clip": "%s.mov"}]}' "$separator" "$name" "$name"
      separator=,
    done <<<"$variants"
    printf '\n]}\n'
  } >"$dir/variants.json.part"
  mv "$dir/demo.json.part" "$dir/demo.json"
  mv "$dir/variants.json.part" "$dir/variants.json"
}

pids=()
# Runs a job beside the others, at most jobs_max at a time; the first failure ends the script.
start_job() {
  if ((${#pids[@]} >= jobs_max)); then
    wait "${pids[0]}" || die "a clip could not be made"
    pids=("${pids[@]:1}")
  fi
  "$@" &
  pids+=($!)
}

command -v ffmpeg >/dev/null || die "the ffmpeg program is not installed"
[[ -r $font ]] || die "$font is missing (Debian package fonts-dejavu-core)"
mkdir -p "$dir"
exec 9>"$dir/.lock"
flock 9

recipe=$(sha256sum <"$0")
if [[ $(cat "$dir/.recipe" 2>/dev/null) != "$recipe" ]]; then
  rm -f "$dir"/*.mov
  echo "$recipe" >"$dir/.recipe"
fi
echo "clips in $dir: making what is missing"
while IFS='|' read -r name label a b fps main sub audio; do
  start_job make_camera "$name" "$label" "$a" "$b" "$fps" "$main" "$sub" "$audio"
done <<<"$cameras"
while IFS='|' read -r name profile gop audio length; do
  start_job make_variant "$name" "$profile" "$gop" "$audio" "$length"
done <<<"$variants"
while IFS='|' read -r name filters; do
  start_job make_failure "$name" "$filters"
done <<<"$failures"
for pid in "${pids[@]}"; do
  wait "$pid" || die "a clip could not be made"
done
write_mounts
echo "clips in $dir: ready"
