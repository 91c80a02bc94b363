#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Pair with one peripheral, and answer what is asked about it, with busctl.
#
#   handler.sh [--force] ADDRESS
#
# Each question takes a line of stdin: yes, no, or the code that the device shows. What is no answer is a no. The exit
# status is 0 when it is paired, 1 when it is not, 2 for wrong usage. Ctrl-C stops the pairing.
#
# A handler is a connection to the bus, and busctl's ends with each call. So "pairwardctl agent" is the handler here: it
# registers, and stays. What is asked is read from D-Bus, and not from what it prints for people: devices' names are in
# there. Codes are entered by "pairwardctl answer", from its stdin: everybody can read what is on a command line.

set -uo pipefail

name=org.pairward root=/org/pairward
force=false
if [ "${1:-}" = --force ]; then
  force=true
  shift
fi
case $#:${1:-} in
  1:[!-]*) ;;
  *) echo "usage: handler.sh [--force] ADDRESS" >&2; exit 2 ;;
esac

# value: of what busctl prints, without the type before it and the quotes.
value () { sed -E 's/^[a-z]+ "?([^"]*)"?$/\1/'; }

# owner: the daemon's own name on the bus. All is said to this one: a daemon that is started after it counts its requests
# anew, and they are about others.
owner () { busctl call org.freedesktop.DBus / org.freedesktop.DBus GetNameOwner s $name | value; }

# call PATH INTERFACE METHOD [SIGNATURE ARGUMENT...]
call () { busctl call "$daemon" "$1" "$name.$2" "${@:3}"; }

# get PATH INTERFACE PROPERTY
get () { busctl get-property "$daemon" "$1" "$name.$2" "$3" | value; }

# enter REQUEST CODE
enter () { [ "$(owner)" = "$daemon" ] && pairwardctl answer "${1##*/}" <<< "$2"; }

# answer REQUEST
answer ()
{
  local request=$1 kind line
  kind=$(get "$request" Request1 Kind)
  case $kind in
    passkey-display-required)
      echo "digits: $(call "$request" Request1 GetPasskey | value)"
      # To be typed on the device: nothing to answer here.
      [ "$(get "$request" Request1 MatchRequest)" = true ] || return ;;
    service-authorization-required) return ;; # no question of a pairing
  esac
  echo "$kind?"
  until read -r -t 1 line; do
    [ $? -gt 128 ] || { line=no; break; } # the end of the input
    [ "$(get "$request" Request1 State)" = open ] || { echo closed; return; }
  done
  case $kind:$line in
    passkey-display-required:yes) call "$request" Request1 MatchConfirm b true ;;
    passkey-required:?*) enter "$request" "$line" ;;
    pairing-authorization-required:yes | peripheral-security-request:yes) call "$request" Request1 Accept ;;
    *) false ;;
  esac || call "$request" Request1 Reject
}

# Both end by themselves, or with us. What is not paired by then is not wanted any more.
finish ()
{
  [ -z "${pairing:-}" ] || { kill "$pairing" && call "$peer" SecurityManager1 CancelPairing; }
  [ -z "${handler_PID:-}" ] || kill "$handler_PID"
} 2> /dev/null
trap finish EXIT
trap 'exit 1' INT TERM

daemon=$name
peer=$(call $root Manager1 GetPeer ss "" "$1" | value)
[ -n "$peer" ] || exit 1 # busctl has said why
daemon=$(owner)
[ -n "$daemon" ] || exit 1

# It says when it is registered, or, on stderr, why it is not.
coproc handler { exec pairwardctl agent; }
read -r _ <&"${handler[0]}" || exit 1

# Pair() can take two minutes; busctl by itself waits for 25 seconds.
exec {result}< <(exec busctl --timeout=150 call "$daemon" "$peer" $name.SecurityManager1 Pair b $force)
pairing=$!
answered=
until read -r -t 0.5 -u $result _ status level _; do
  [ $? -gt 128 ] || { pairing=; exit 1; } # there is no reply: busctl has said why
  for request in $(get $root Manager1 Requests | grep -oE "$root/requests/[0-9]+"); do
    [[ " $answered " != *" $request "* ]] || continue
    # The handler is one for all devices, and this script answers for one: others are somebody else's, or nobody's.
    if [ "$(get "$request" Request1 Peer)" = "$peer" ]; then
      answer "$request"
    elif [ "$(get $root Manager1 Handlers)" = 1 ]; then
      call "$request" Request1 Reject
    fi
    answered+=" $request"
  done
done
pairing=
echo "status $status, security level $level"
exit $((status != 0))
