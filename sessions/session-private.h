/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_SESSION_PRIVATE_H
#define CONSORT_SESSIONS_SESSION_PRIVATE_H

/* What the files session*.c share: the form of session.json. */

#include "sessions/session.h"

#define SESSION_FILE   "session.json"
#define SESSION_FORMAT "consort session 1"
#define SESSION_NEXT   "/desk/next/" /* "/desk/next/strip": the next number */

/* Where a line stands in the file: lines come by rising rank. The format's is
   0, and the next number's of an owner comes before its first line. */
typedef uint64_t SessionRank;

SessionRank session_rank(Address address);
SessionRank session_rank_next(Owner owner);

/* The owners in the order in which a file lists them; index below OWNERS. */
Owner session_owner(unsigned index);

/* Is it kept in a session at all? */
bool session_keeps(const ParamRow *row);

/* The cell that says that an owner exists: always in the file. */
bool session_says_existence(Owner owner, unsigned cell);

/* Does the owner have next numbers in the file? */
bool session_has_next(Owner owner);

/* A line that this version does not know, as it stands in the file. */
typedef struct ExtraLine {
  SessionRank after; /* the highest rank of the known lines before it */
  char       *key;   /* what it says */
  char       *text;  /* "key": value, as written */
} ExtraLine;

SessionExtra    *session_extra_new(void);
void             session_extra_add(SessionExtra *extra,
                                   SessionRank   after,
                                   const char   *key,
                                   const char   *text,
                                   size_t        length);
const ExtraLine *session_extra_line(const SessionExtra *extra, unsigned index);

#endif
