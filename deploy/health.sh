#!/bin/bash
# Whether `ferry run` in this container answers; needs nothing but the shell.
set -eu
exec 3<>"/dev/tcp/127.0.0.1/${PORT:-29381}"
printf 'GET /health/live HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
read -r status <&3
case "$status" in
  *" 200 "*) exit 0 ;;
  *) exit 1 ;;
esac
