# SPDX-License-Identifier: LGPL-2.1-or-later
# The Debian packages, and what tries them. As the lab it is run by ./check: it needs root.
EXTRA_DIST += \
	debian/changelog \
	debian/control \
	debian/copyright \
	debian/not-installed \
	debian/pairward-prompt.install \
	debian/pairward-prompt.lintian-overrides \
	debian/pairward.install \
	debian/pairward.lintian-overrides \
	debian/pairward.postrm \
	debian/rules \
	debian/source/format \
	debian/source/lintian-overrides \
	tests/package/run
