/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_OSC_FAULT_H
#define CONSORT_OSC_FAULT_H

/* Why something that came over the network was not carried out. Each kind is
   counted, and has a word for the counters and a sentence for its sender. */

typedef enum OscFault {
  OSC_FINE,
  OSC_TOO_LONG,   /* more bytes than a datagram may have */
  OSC_MALFORMED,  /* not an OSC packet */
  OSC_TOO_DEEP,   /* bundles within bundles within bundles */
  OSC_FAR_FUTURE, /* a bundle for later */
  OSC_NOT_FINITE, /* NaN or an infinity */
  OSC_NOT_UTF8,
  OSC_UNKNOWN,  /* no such address */
  OSC_REFUSED,  /* the desk says no, or the arguments are wrong */
  OSC_TOO_MUCH, /* more work than one datagram may ask for */
  OSC_CROWDED,  /* no room for another client, subscription or touch */
  OSC_IGNORED,  /* what tablets send of their own accord */
  OSC_OWN,      /* the desk's own datagram, come back */
  OSC_UNSENT,   /* an answer that the network did not take */
  OSC_WITHHELD, /* a sentence not sent, as there were too many */
  OSC_FAULTS
} OscFault;

/* "too-long", … [any] */
const char *osc_fault_word(OscFault fault);

/* What is wrong, for those that need no more than the kind to say it. [any] */
const char *osc_fault_sentence(OscFault fault);

#endif
