#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Pair with one peripheral, and answer what is asked about it, with busctl.
#
#   handler.sh [--force] ADDRESS
#
# Each question takes a line of stdin: yes, no, or the code that the device shows. The exit status is 0 when it is paired.
#
# A handler is a connection to the bus, and busctl's ends with each call. So "pairwardctl agent" is the handler here: it
# registers, stays, and says which questions there are. And codes are entered by "pairwardctl answer", which reads them from
# stdin: everybody on the machine can read what is on a command line of busctl.

set -uo pipefail

name=org.pairward root=/org/pairward
force=false
if [ "${1:-}" = --force ]; then
  force=true
  shift
fi
[ $# = 1 ] || { echo "usage: handler.sh [--force] ADDRESS" >&2; exit 2; }

# call PATH INTERFACE METHOD [SIGNATURE ARGUMENT...]: Pair() can take two minutes, busctl waits for 25 seconds by itself.
call () { busctl --timeout=150 call "$name" "$1" "$name.$2" "${@:3}"; }

# value: of what busctl prints, without the type before it and the quotes.
value () { sed -E 's/^[a-z]+ "?([^"]*)"?$/\1/'; }

# answer REQUEST KIND
answer ()
{
  local request=$1 kind=$2 line
  if [ "$kind" = passkey-display-required ]; then
    echo "digits: $(call "$request" Request1 GetPasskey | value)"
    # To be typed on the device: nothing to answer here.
    [ "$(busctl get-property "$name" "$request" "$name.Request1" MatchRequest | value)" = true ] || return
  fi
  echo "$kind?"
  read -r line || line=no
  case $kind:$line in
    passkey-display-required:yes) call "$request" Request1 MatchConfirm b true ;;
    passkey-required:[0-9]*) pairwardctl answer "${request##*/}" <<< "$line" ;;
    passkey-required:*) call "$request" Request1 Reject ;;
    *:yes) call "$request" Request1 Accept ;;
    *) call "$request" Request1 Reject ;;
  esac
}

peer=$(call $root Manager1 GetPeer ss "" "$1" | value)
[ -n "$peer" ] || exit 1 # busctl has said why

# What the handler says, and what Pair() gives, come through one pipe; the handler's stdin is one through which nothing comes.
pipes=$(mktemp -d)
mkfifo "$pipes/said" "$pipes/nothing"
exec 3<> "$pipes/said" 4<> "$pipes/nothing"
rm -r "$pipes"
LC_ALL=C.UTF-8 pairwardctl agent <&4 >&3 &
handler=$!
trap 'kill $handler 2> /dev/null' EXIT
read -r -t 30 _ <&3 || exit 1 # it says when it is registered, or, on stderr, why it is not

{ call "$peer" SecurityManager1 Pair b $force || echo failed; } >&3 &
while read -r word first second _ <&3; do
  case $word in
    request) answer "$root/requests/$first" "$second" ;;
    uuu) echo "status $first, security level $second"; exit $((first != 0)) ;;
    failed) exit 1 ;;
  esac
done
