/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** PRW_BOARDS_DIR: where records are kept; gone after a restart of the machine, as the boards' attachments are. */
#define PRW_BOARDS_DIR "/run/pairward/boards"
/** PRW_RECORD_MAX_BYTES: a larger file is none of ours. */
#define PRW_RECORD_MAX_BYTES (16 * 1024)
/** PRW_RECORDS_MAX: a directory with more is read no further. */
#define PRW_RECORDS_MAX 64

typedef enum
{
  PRW_RECORD_FAILED, /* a board that could not be attached, or is no more */
  PRW_RECORD_ATTACHED,
} PrwRecordState;

/**
 * PrwRecord: what `pairward-attach` tells of one board
 * @tty: "ttyACM0"; of a controller that the kernel has by itself, its "hci0"
 * @device: "hci1"; "" while it is no controller
 * @usb: "2fe3:000b"; "" when unknown
 * @product: what the USB device calls itself
 * @chip: "nRF52840"
 * @firmware: "Zephyr 3.7"
 * @manufacturer: the company identifier of Read Local Version; -1 when unknown
 * @address: "C0:11:22:33:44:55"; "" when unknown
 * @address_type: "public", "random" or ""
 * @own_address: what its chip has, or is, whatever address it got; "" when it has none, or unknown
 * @temperature: of the chip, degrees Celsius; %G_MININT when the firmware does not tell
 * @speed: bits per second; 0 when unknown
 * @flow_control: RTS/CTS
 * @since: CLOCK_BOOTTIME, µs, when the board became a controller; 0 when unknown
 * @state: attached, or failed
 * @problem: a nickname of what is wrong ("wrong-speed"); "" when nothing is
 * @message: the same for a person, with what to do
 *
 * A keyfile of this name as its tty has, in %PRW_BOARDS_DIR. Texts are never %NULL in a record that was read; in one to be
 * written %NULL is the same as "". No secrets: the file is for everybody to read.
 */
typedef struct
{
  char *tty;
  char *device;
  char *usb;
  char *product;
  char *chip;
  char *firmware;
  int manufacturer;
  char *address;
  char *address_type;
  char *own_address;
  int temperature;
  guint speed;
  gboolean flow_control;
  gint64 since;
  PrwRecordState state;
  char *problem;
  char *message;
} PrwRecord;

/** prw_record_new: a failed one, of which nothing else is known */
PrwRecord *prw_record_new (const char *tty);
void prw_record_free (PrwRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrwRecord, prw_record_free)

/** prw_record_is_name: whether @tty can be the name of a record: of a tty, without its folder. */
gboolean prw_record_is_name (const char *tty);
/** prw_record_clean: Returns: (transfer full): @text (nullable) as prw_text_sanitize() would have it, of up to 1000 bytes */
char *prw_record_clean (const char *text);

/**
 * prw_record_write:
 * @dir: %PRW_BOARDS_DIR; it and its parent are made when they are not there
 *
 * Whole or not at all; 0644. Errors are of %G_IO_ERROR: a tty that is no file name is %G_IO_ERROR_INVALID_FILENAME.
 */
gboolean prw_record_write (const char *dir, const PrwRecord *record, GError **error);

/**
 * prw_record_add:
 *
 * As prw_record_write(), for who does not have the port: where there is a record it is left as it is, and that is no error.
 */
gboolean prw_record_add (const char *dir, const PrwRecord *record, GError **error);

/** prw_record_remove: a record that is not there is no error */
gboolean prw_record_remove (const char *dir, const char *tty, GError **error);

/**
 * prw_record_parse:
 * @tty: the file's name
 *
 * The text is not trusted: texts are sanitised (prw_text_sanitize()), addresses, numbers and words are checked. What is unknown
 * in it is passed over, so that an older reader understands a newer writer.
 *
 * Returns: (transfer full) (nullable): %NULL with an error when it is no record of @tty
 */
PrwRecord *prw_record_parse (const char *tty, const char *text, gsize len, GError **error);

/** prw_record_read: Returns: (transfer full) (nullable): one file. Pipes, links, and what is too large are refused. */
PrwRecord *prw_record_read (const char *dir, const char *tty, GError **error);

/**
 * prw_records_list:
 *
 * Returns: (transfer full) (element-type PrwRecord): all that can be read, by tty. What cannot is warned of in the log and passed
 *   over; a directory that is not there has none.
 */
GPtrArray *prw_records_list (const char *dir);

/**
 * prw_records_list_present:
 * @dir: %PRW_BOARDS_DIR
 * @sysfs: "/sys"
 * @dev: "/dev"
 *
 * As prw_records_list(), without those of boards that are not plugged in any more: a record outlives its board when the pairward-attach
 * that wrote it has ended, and nothing else looks after it (--watch does).
 */
GPtrArray *prw_records_list_present (const char *dir, const char *sysfs, const char *dev);

/**
 * prw_record_may_be_on:
 * @record: of an attached board
 * @sysfs: "/sys"
 *
 * Whether its controller is where it says: that of a process that was killed stays, and by then another controller may have the number.
 * Where nothing can be seen the record is believed.
 */
gboolean prw_record_may_be_on (const PrwRecord *record, const char *sysfs);
/** prw_records_find: Returns: (transfer none) (nullable): the attached board that is @device ("hci1") */
const PrwRecord *prw_records_find (GPtrArray *records, const char *device);

G_END_DECLS
