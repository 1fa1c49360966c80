#!/bin/bash
# A camera whose picture says when it was taken: glass_source.sh PORT [WIDTH HEIGHT FPS GOP BITRATE]
# Encodes until it is ended, and sends to the multicast group that camwall-camera-sim passes on as `live` (docs/reference/camera_sim.md).
#
# The upper 32 lines are twenty cells on black; cell k from the left is white when bit k of the milliseconds since the epoch is 1.
set -euo pipefail

port=${1:?usage: glass_source.sh PORT [WIDTH HEIGHT FPS GOP BITRATE]}
width=${2:-640} height=${3:-360} fps=${4:-15} gop=${5:-15} bitrate=${6:-600k}

cells=20
cell=$((width / cells))
# The clock that drawbox sees as `t` is the wall's while it draws, and the frames' own again afterwards.
filter="settb=AVTB,setpts=RTCTIME,drawbox=x=0:y=0:w=iw:h=40:color=black:t=fill"
for ((k = 0; k < cells; ++k)); do
  filter+=",drawbox=x=$((k * cell)):y=0:w=$cell:h=32:color=white:t=fill:enable='bitand(trunc(t*1000/$((1 << k)))\\,1)'"
done
filter+=",settb=1/$fps,setpts=N,fps=$fps,format=yuv420p"

exec ffmpeg -hide_banner -nostats -loglevel error -re -f lavfi -i "testsrc2=s=${width}x${height}:r=$fps" -vf "$filter" \
  -c:v libx264 -preset ultrafast -tune zerolatency -profile:v baseline -g "$gop" -keyint_min "$gop" -sc_threshold 0 -bf 0 \
  -b:v "$bitrate" -maxrate "$bitrate" -bufsize "$bitrate" -threads 1 -bsf:v dump_extra -payload_type 96 \
  -f rtp "rtp://239.255.77.77:$port?localaddr=127.0.0.1&ttl=0&pkt_size=1400" > /dev/null # It prints its SDP.
