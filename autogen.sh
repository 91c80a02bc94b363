#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes ./configure.
set -e
cd "$(dirname "$0")"
for tool in autoreconf:autoconf automake:automake autopoint:autopoint; do
  command -v "${tool%:*}" > /dev/null ||
    { echo "autogen.sh: ${tool%:*} is missing: install the package ${tool#*:} (tools/packages build installs all there is to)" >&2; exit 1; }
done
mkdir -p build-aux
exec autoreconf --force --install
