# SPDX-License-Identifier: LGPL-2.1-or-later
# Languages: that they are complete, and that every text for people can have another one.
dist_check_SCRIPTS += tests/i18n/test-translations.py
TESTS += tests/i18n/test-translations.py
EXTRA_DIST += tests/i18n/catalog.py
