/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "words/words.h"

#include <string.h>

#include <glib/gi18n.h>

#include "policy/policy.h"
#include "policy/text.h"

gboolean
prw_words_kind (const char *event, gboolean match, const char *entry_kind, PrwPromptKind *kind)
{
  const struct { const char *event; PrwPromptKind kind; } table[] = {
    { "passkey-display-required", match ? PRW_PROMPT_COMPARE : PRW_PROMPT_DISPLAY },
    { "passkey-required", g_str_equal (entry_kind, "pin") ? PRW_PROMPT_PIN : PRW_PROMPT_PASSKEY },
    { "pairing-authorization-required", PRW_PROMPT_AUTHORIZE },
    { "peripheral-security-request", PRW_PROMPT_SECURITY_REQUEST },
    { "service-authorization-required", PRW_PROMPT_SERVICE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (event, table[i].event))
      {
        *kind = table[i].kind;
        return TRUE;
      }
  return FALSE;
}

char *
prw_words_title (const PrwWordsQuestion *question)
{
  switch (question->kind)
    {
    case PRW_PROMPT_COMPARE:
    case PRW_PROMPT_DISPLAY:
    case PRW_PROMPT_PASSKEY:
    case PRW_PROMPT_PIN:
      return g_strdup_printf (_("Pairing with %s"), question->name);
    case PRW_PROMPT_AUTHORIZE:
      return g_strdup_printf (_("%s wants to pair"), question->name);
    case PRW_PROMPT_SECURITY_REQUEST:
      return g_strdup_printf (_("%s wants a secure connection"), question->name);
    case PRW_PROMPT_SERVICE:
      return g_strdup_printf (_("%s wants to use a service"), question->name);
    }
  return g_strdup (question->name);
}

char *
prw_words_ask (const PrwWordsQuestion *question)
{
  g_autofree char *service = NULL;

  switch (question->kind)
    {
    case PRW_PROMPT_COMPARE:
      return g_strdup (_("Does it show these digits?"));
    case PRW_PROMPT_DISPLAY:
      return g_strdup (_("Type these digits on it:"));
    case PRW_PROMPT_PASSKEY:
      return g_strdup (_("Which six digits does it show?"));
    case PRW_PROMPT_PIN:
      return g_strdup (_("What is its PIN? (1 to 16 characters; often 0000 or 1234)"));
    case PRW_PROMPT_AUTHORIZE:
      return g_strdup (_("May it pair with this computer?"));
    case PRW_PROMPT_SECURITY_REQUEST:
      return g_strdup (question->bonded ? _("It wants to encrypt the connection with the keys of its bond. May it?")
                                        : _("It wants a secure connection. Shall they pair?"));
    case PRW_PROMPT_SERVICE:
      service = prw_words_service (question->service);
      return g_strdup_printf (_("May it use this service: %s?"), service);
    }
  return g_strdup ("");
}

char *
prw_words_risk (const PrwWordsQuestion *question)
{
  const char *risk = NULL, *bond = NULL;

  if (question->kind == PRW_PROMPT_COMPARE)
    risk = _("Only say yes when they are the same: somebody may be in between.");
  else if (question->kind == PRW_PROMPT_AUTHORIZE)
    risk = _("Nothing proves that it is the device you think it is: only say yes when you have just started the pairing.");
  else if (question->kind == PRW_PROMPT_SECURITY_REQUEST && question->bonded) /* a yes keeps the bond */
    risk = _("Only pair anew when it has lost its keys: that replaces the bond, and somebody may pretend to be it.");
  if (question->bonded && question->kind != PRW_PROMPT_SERVICE && question->kind != PRW_PROMPT_SECURITY_REQUEST)
    bond = _("There is a bond with it already: this would replace it. Somebody may pretend to be it.");
  if (risk != NULL && bond != NULL)
    return g_strconcat (risk, "\n", bond, NULL);
  return g_strdup (risk != NULL ? risk : bond);
}

/* Words for the icons that bluetoothd derives from class and appearance. */
const char *
prw_words_device (const char *icon)
{
  static const struct { const char *icon, *word; } table[] = {
    { "phone", N_("phone") }, { "computer", N_("computer") }, { "audio-headset", N_("headset") }, { "audio-headphones", N_("headphones") },
    { "audio-card", N_("audio device") }, { "input-keyboard", N_("keyboard") }, { "input-mouse", N_("mouse") },
    { "input-tablet", N_("tablet") }, { "input-gaming", N_("game controller") }, { "printer", N_("printer") }, { "scanner", N_("scanner") },
    { "camera-photo", N_("camera") }, { "camera-video", N_("video camera") }, { "video-display", N_("display") },
    { "multimedia-player", N_("player") }, { "modem", N_("modem") }, { "network-wireless", N_("network device") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (icon, table[i].icon))
      return _(table[i].word);
  return icon;
}

/* What the services are for that have a short name; the two ends of one are the same to a person. */
static const char *
service_words (const char *name)
{
  static const struct { const char *name, *words; } table[] = {
    { "a2dp", N_("music and other sound") }, { "a2dp-sink", N_("music and other sound") }, { "a2dp-source", N_("music and other sound") },
    { "avrcp", N_("buttons of a player") }, { "avrcp-target", N_("buttons of a player") }, { "battery", N_("state of the battery") },
    { "dun", N_("dialling in over a telephone") }, { "ftp", N_("looking through files") }, { "hfp-ag", N_("telephone calls") },
    { "hfp-hf", N_("telephone calls") }, { "hid", N_("keyboard, mouse or game controller") },
    { "hog", N_("keyboard, mouse or game controller") }, { "hsp-ag", N_("telephone calls") }, { "hsp-hs", N_("telephone calls") },
    { "map", N_("text messages") }, { "map-mns", N_("text messages") }, { "opp", N_("sending and receiving files") },
    { "pan-gn", N_("network connection") }, { "pan-nap", N_("network connection") }, { "pan-u", N_("network connection") },
    { "pbap", N_("address book") }, { "pbap-pce", N_("address book") }, { "sap", N_("use of a SIM card") }, { "spp", N_("serial port") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (name, table[i].name))
      return _(table[i].words);
  return NULL;
}

char *
prw_words_service (const char *uuid)
{
  const char *name = prw_service_name (uuid), *words = name != NULL ? service_words (name) : NULL;

  return words != NULL ? g_strdup_printf ("%s (%s)", words, name) : g_strdup (name != NULL ? name : uuid);
}

const char *
prw_words_closed (const char *outcome)
{
  static const struct { const char *outcome, *words; } table[] = {
    { "accepted", N_("answered yes elsewhere") }, { "rejected", N_("answered no elsewhere") }, { "answered", N_("answered elsewhere") },
    { "canceled", N_("the other side gave up") }, { "expired", N_("nobody answered in time") }, { "disconnected", N_("the device went away") },
    { "removed", N_("the device was removed") }, { "completed", N_("the pairing is over") }, { "unavailable", N_("Bluetooth went away") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].outcome, outcome))
      return _(table[i].words);
  return _("closed");
}

char *
prw_words_passkey (const char *passkey)
{
  if (strlen (passkey) == 6 && strspn (passkey, "0123456789") == 6)
    return g_strdup_printf ("%.3s %s", passkey, passkey + 3);
  return prw_text_sanitize (passkey);
}

void
prw_words_wipe (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}
