/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "list-taker.h"

static void
controller_free (gpointer data)
{
  Controller *controller = data;

  g_free (controller->address);
  g_free (controller);
}

void
taker_init (Taker *self, const char *file)
{
  *self = (Taker) { .file = g_strdup (file), .controllers = g_ptr_array_new_with_free_func (controller_free) };
}

void
taker_clear (Taker *self)
{
  g_ptr_array_unref (self->controllers);
  g_free (self->file);
}

static gboolean
is_used (const Taker *self, const char *address)
{
  for (guint i = 0; i < self->controllers->len; i++)
    {
      const Controller *other = self->controllers->pdata[i];

      if (other->address != NULL && g_ascii_strcasecmp (other->address, address) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
make_up (Taker *self, GKeyFile *keyfile, const char *key, char **list, Controller *controller)
{
  g_autoptr (GPtrArray) longer = g_ptr_array_new ();
  g_autofree char *text = NULL;

  for (guint i = 0; list != NULL && list[i] != NULL; i++)
    g_ptr_array_add (longer, list[i]);
  controller->address = g_strdup_printf ("EE:EE:EE:EE:EE:%02X", ++self->made_up);
  g_ptr_array_add (longer, controller->address);
  g_key_file_set_string_list (keyfile, "Static", key, (const char *const *) longer->pdata, longer->len);
  text = g_key_file_to_data (keyfile, NULL, NULL);
  g_assert_true (g_file_set_contents (self->file, text, -1, NULL));
}

static void
take (Taker *self, Controller *controller)
{
  g_autoptr (GKeyFile) keyfile = g_key_file_new ();
  g_autofree char *key = g_strdup_printf ("0x%04x", controller->manufacturer);
  g_auto (GStrv) list = NULL;

  g_key_file_load_from_file (keyfile, self->file, G_KEY_FILE_NONE, NULL);
  list = g_key_file_get_string_list (keyfile, "Static", key, NULL, NULL);
  for (guint i = 0; list != NULL && list[i] != NULL; i++)
    if (!is_used (self, list[i]))
      {
        controller->address = g_strdup (list[i]);
        return;
      }
  make_up (self, keyfile, key, list, controller);
}

const char *
taker_add (Taker *self, const char *name, guint16 manufacturer)
{
  Controller *controller = g_new0 (Controller, 1);

  controller->name = name;
  controller->manufacturer = manufacturer;
  g_ptr_array_insert (self->controllers, 0, controller);
  if (self->running)
    take (self, controller);
  return controller->address;
}

void
taker_remove (Taker *self, const char *name)
{
  for (guint i = 0; i < self->controllers->len; i++)
    if (g_str_equal (((Controller *) self->controllers->pdata[i])->name, name))
      {
        g_ptr_array_remove_index (self->controllers, i);
        return;
      }
  g_assert_not_reached ();
}

void
taker_start (Taker *self)
{
  self->running = TRUE;
  for (guint i = 0; i < self->controllers->len; i++)
    take (self, self->controllers->pdata[i]);
}

void
taker_stop (Taker *self)
{
  self->running = FALSE;
  for (guint i = 0; i < self->controllers->len; i++)
    g_clear_pointer (&((Controller *) self->controllers->pdata[i])->address, g_free);
}

const char *
taker_get (const Taker *self, const char *name)
{
  for (guint i = 0; i < self->controllers->len; i++)
    {
      const Controller *controller = self->controllers->pdata[i];

      if (g_str_equal (controller->name, name))
        return controller->address;
    }
  return NULL;
}

GStrv
taker_list (const Taker *self)
{
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; i < self->controllers->len; i++)
    {
      const Controller *controller = self->controllers->pdata[i];

      if (controller->address != NULL)
        g_ptr_array_add (list, controller->address);
    }
  g_ptr_array_add (list, NULL);
  return (GStrv) g_ptr_array_free (list, FALSE);
}
