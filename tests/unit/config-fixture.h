/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "config/settings.h"

/* A folder of its own with shipped/, etc/ and etc/conf.d/; nothing is shipped, so the compiled-in keyfile is. */
typedef struct
{
  char *top, *shipped, *etc;
  PrwConfigSource source;
} Fixture;

void fixture_set_up (Fixture *fixture, gconstpointer data);
void fixture_tear_down (Fixture *fixture, gconstpointer data);
#define FIXTURE_ADD(path, function) g_test_add (path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

/* Removes a folder and all in it. */
void fixture_remove (const char *folder);
/* Where @name is, in the fixture's folder. */
char *fixture_path (Fixture *fixture, const char *name);
/* Writes @text, readable by its owner only, so that it may hold secrets. */
void fixture_write (Fixture *fixture, const char *name, const char *text);
void fixture_write_data (Fixture *fixture, const char *name, const char *data, gssize length);
/* Loads; must succeed. */
PrwSettings *fixture_load (Fixture *fixture);
/* Loads; must fail. The message: one line. */
char *fixture_fail (Fixture *fixture, PrwConfigError code);
/* Loads etc/pairward.conf with @text; must fail. */
char *fixture_fail_text (Fixture *fixture, const char *text);
/* Where etc/pairward.conf is one rule with @line. */
const PrwRule *fixture_rule (Fixture *fixture, const char *line, PrwSettings **settings);

#define assert_has(text, part) \
  G_STMT_START { \
    const char *text_ = (text), *part_ = (part); \
    if (strstr (text_, part_) == NULL) \
      g_error ("%s:%d: \"%s\" has no \"%s\"", __FILE__, __LINE__, text_, part_); \
  } G_STMT_END
#define assert_has_not(text, part) \
  G_STMT_START { \
    const char *text_ = (text), *part_ = (part); \
    if (strstr (text_, part_) != NULL) \
      g_error ("%s:%d: \"%s\" has \"%s\"", __FILE__, __LINE__, text_, part_); \
  } G_STMT_END
