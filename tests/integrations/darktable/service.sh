#!/bin/sh
# Stands in for the service, and behaves as its first argument says. Its second is a file with a line for each start.
echo "started $$" >>"$2"
answer() { printf '{"jsonrpc": "2.0", "id": %s, "result": "%s"}\n' "$1" "$2"; }
number() { printf %s "$1" | sed 's/.*"id":\([0-9]*\).*/\1/'; }
ready='{"jsonrpc": "2.0", "method": "ready", "params": {"phototag": "0", "protocol": 1}}'
case $1 in
  broken) echo 'first a warning' >&2; echo 'no module named phototag' >&2; exit 1 ;;
esac
echo "$ready"
case $1 in
  hangs) trap '' TERM; read -r line; while true; do sleep 0.2; done ;;
  dies) read -r line; echo 'out of memory' >&2; exit 137 ;;
  dies-once)
    read -r line
    test "$(wc -l <"$2")" -eq 1 && exit 137
    while true; do answer "$(number "$line")" again; read -r line; done ;;
  dies-at-remove)
    while read -r line; do
      case $line in
        *'"method":"words"'*) result='{"words": {"kind": {"headshot": "phototag|kind|headshot"}}}' ;;
        *'"method":"show"'*) result='{"record": null}' ;;
        *) exit 137 ;;
      esac
      printf '{"jsonrpc": "2.0", "id": %s, "result": %s}\n' "$(number "$line")" "$result"
    done ;;
  talks)
    long=$(printf '%0100000d' 0)
    while read -r line; do answer "$(number "$line")" "$long"; done ;;
  chatters)
    read -r line
    echo 'not JSON'; echo '[1]'; echo '{"jsonrpc": "2.0", "id": null, "error": {"code": -32700, "message": "?"}}'
    answer 999 elsewhere
    printf '{"jsonrpc": "2.0", "id": %s, ' "$(number "$line")"; sleep 0.1; echo '"result": "whole"}'
    sleep 5 ;;
  backwards)
    read -r one; read -r two; read -r three
    for line in "$three" "$one" "$two"; do answer "$(number "$line")" "$(number "$line")"; done
    sleep 5 ;;
  cancels)
    while read -r line; do
      case $line in
        *cancel*) printf '{"jsonrpc": "2.0", "id": %s, "error": {"code": 130, "message": "?"}}\n' \
          "$(printf %s "$line" | sed 's/.*"params":{"id":\([0-9]*\).*/\1/')" ;;
        *) test "$(number "$line")" = 1 && answer 1 first ;;
      esac
    done ;;
esac
