/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/osc.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "osc/hub.h"
#include "osc/packet.h"

/* A UDP socket on the control thread's loop. A flood costs a bounded time a
   turn, so that timers and other sources have theirs; what the kernel cannot
   hold meanwhile it drops. */

enum {
  TURN_DATAGRAMS = 64,
  TURN_WORK      = 8192, /* as the hub counts it: some milliseconds */
  RECEIVE_BUFFER = 1 << 20,
};

struct OscServer {
  Control *control;
  OscHub  *hub;
  GSource *readable;
  GSource *timer;
  int      socket;
  int      port;
  uint8_t  datagram[OSC_PACKET_MAX + 4]; /* room to see that one is longer */
};

/* Peers and the system's addresses. */

static bool
peer_from_sockaddr(OscPeer *peer, const struct sockaddr_storage *from)
{
  *peer = (OscPeer){ .family = (uint16_t)from->ss_family };
  if (from->ss_family == AF_INET) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)from;
    memcpy(peer->host, &in->sin_addr, sizeof in->sin_addr);
    peer->port = ntohs(in->sin_port);
    return true;
  }
  if (from->ss_family == AF_INET6) {
    const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)from;
    memcpy(peer->host, &in->sin6_addr, sizeof in->sin6_addr);
    peer->port  = ntohs(in->sin6_port);
    peer->scope = in->sin6_scope_id;
    return true;
  }
  return false;
}

static socklen_t
peer_to_sockaddr(const OscPeer *peer, struct sockaddr_storage *to)
{
  memset(to, 0, sizeof *to);
  if (peer->family == AF_INET) {
    struct sockaddr_in *in = (struct sockaddr_in *)to;
    in->sin_family         = AF_INET;
    in->sin_port           = htons(peer->port);
    memcpy(&in->sin_addr, peer->host, sizeof in->sin_addr);
    return sizeof *in;
  }
  struct sockaddr_in6 *in = (struct sockaddr_in6 *)to;
  in->sin6_family         = AF_INET6;
  in->sin6_port           = htons(peer->port);
  in->sin6_scope_id       = peer->scope;
  memcpy(&in->sin6_addr, peer->host, sizeof in->sin6_addr);
  return sizeof *in;
}

/* The address of ours that a datagram was sent to. */
static const void *
find_own_host(struct msghdr *message, size_t *size)
{
  for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c;
       c                 = CMSG_NXTHDR(message, c)) {
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      *size = sizeof(struct in_addr);
      return &((struct in_pktinfo *)(void *)CMSG_DATA(c))->ipi_addr;
    }
    if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      *size = sizeof(struct in6_addr);
      return &((struct in6_pktinfo *)(void *)CMSG_DATA(c))->ipi6_addr;
    }
  }
  return NULL;
}

/* A datagram whose forged sender is the desk itself would be answered for
   ever. */
static bool
is_own(const OscServer *server, struct msghdr *message, const OscPeer *from)
{
  size_t      size;
  const void *host = find_own_host(message, &size);
  return host && from->port == server->port &&
         memcmp(from->host, host, size) == 0;
}

/* Receiving. */

/* Returns the work it was, 0 where nothing was waiting. */
static uint64_t
receive_one(OscServer *server)
{
  OscPeer                 peer;
  struct sockaddr_storage from;
  union {
    struct cmsghdr head;
    char           room[CMSG_SPACE(sizeof(struct in6_pktinfo))];
  } extra;
  struct iovec  into    = { server->datagram, sizeof server->datagram };
  struct msghdr message = { .msg_name       = &from,
                            .msg_namelen    = sizeof from,
                            .msg_iov        = &into,
                            .msg_iovlen     = 1,
                            .msg_control    = &extra,
                            .msg_controllen = sizeof extra };
  ssize_t       size    = recvmsg(server->socket, &message, MSG_DONTWAIT);
  if (size < 0)
    return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : 1;
  if (!peer_from_sockaddr(&peer, &from))
    return 1;
  if (is_own(server, &message, &peer)) {
    osc_hub_count(server->hub, OSC_OWN);
    return 1;
  }
  return osc_hub_receive(server->hub, &peer, server->datagram, (size_t)size);
}

static gboolean
on_readable(gint fd, GIOCondition condition, gpointer self)
{
  (void)fd;
  (void)condition;
  uint64_t work = 0, this = 1;
  for (int i = 0; i < TURN_DATAGRAMS && work < TURN_WORK && this; ++i) {
    this = receive_one(self);
    work += this;
  }
  return G_SOURCE_CONTINUE;
}

/* What the hub needs. */

static bool
host_send(void *self, const OscPeer *to, const void *data, size_t size)
{
  const OscServer        *server = self;
  struct sockaddr_storage address;
  socklen_t               length = peer_to_sockaddr(to, &address);
  return sendto(server->socket,
                data,
                size,
                MSG_DONTWAIT | MSG_NOSIGNAL,
                (struct sockaddr *)&address,
                length) == (ssize_t)size;
}

static void
host_schedule(void *self, int64_t when)
{
  const OscServer *server = self;
  g_source_set_ready_time(server->timer, when == INT64_MAX ? -1 : when);
}

static int64_t
host_now(void *self)
{
  (void)self;
  return g_get_monotonic_time();
}

static int64_t
host_wall(void *self)
{
  (void)self;
  return g_get_real_time();
}

static const Status *
host_status(void *self)
{
  const OscServer *server = self;
  return control_status(server->control);
}

static const MeterItem *
host_meters(void *self, size_t *count)
{
  const OscServer *server = self;
  return control_meters(server->control, count);
}

static void
host_save(void *self)
{
  const OscServer *server = self;
  control_post(server->control,
               &(Command){ .kind = COMMAND_SAVE, .who = { ORIGIN_OSC, 0 } });
}

static gboolean
on_timer(GSource *source, GSourceFunc callback, gpointer self)
{
  (void)source;
  return callback(self);
}

static gboolean
on_due(gpointer self)
{
  const OscServer *server = self;
  osc_hub_push(server->hub);
  return G_SOURCE_CONTINUE;
}

static void
on_change(void *self, const Change *change)
{
  const OscServer *server = self;
  osc_hub_change(server->hub, change);
}

static void
on_replaced(void *self, Desk *desk)
{
  const OscServer *server = self;
  osc_hub_set_desk(server->hub, desk);
}

static void
on_meters(void *self)
{
  const OscServer *server = self;
  osc_hub_tick(server->hub);
}

/* Opening. */

static char *
cannot(const char *listen, int port, int error)
{
  switch (error) {
  case EADDRINUSE:
    return g_strdup_printf("OSC port %d on %s is taken by another program; "
                           "choose another with --osc-port.",
                           port,
                           listen);
  case EADDRNOTAVAIL:
    return g_strdup_printf("OSC cannot listen on %s: it is no address of this "
                           "machine. Give --osc-listen one of its own, or "
                           "0.0.0.0 for all.",
                           listen);
  case EACCES:
    return g_strdup_printf("OSC may not use port %d; choose one from 1024 on "
                           "with --osc-port.",
                           port);
  default:
    return g_strdup_printf(
      "OSC cannot listen on %s, port %d: %s.", listen, port, g_strerror(error));
  }
}

/* Names are not looked up: that would wait for the network. */
static struct addrinfo *
read_listen(const char *listen, int port, char **error)
{
  struct addrinfo *found = NULL;
  struct addrinfo  hints = { .ai_family   = AF_UNSPEC,
                             .ai_socktype = SOCK_DGRAM,
                             .ai_flags    = AI_NUMERICHOST | AI_NUMERICSERV };
  char             service[16];
  g_snprintf(service, sizeof service, "%d", port);
  if (port < 0 || port > 65535) {
    *error = g_strdup_printf("%d is no OSC port; ports go to 65535.", port);
    return NULL;
  }
  if (getaddrinfo(listen, service, &hints, &found) == 0)
    return found;
  *error = g_strdup_printf("OSC cannot listen on \"%s\": it is no address. "
                           "Give --osc-listen one such as 127.0.0.1, "
                           "192.168.1.5 or 0.0.0.0.",
                           listen);
  return NULL;
}

static int
open_socket(const struct addrinfo *at)
{
  int on = 1, room = RECEIVE_BUFFER;
  int fd = socket(
    at->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, at->ai_protocol);
  if (fd < 0)
    return -1;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  if (at->ai_family == AF_INET)
    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
  else
    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
  if (bind(fd, at->ai_addr, at->ai_addrlen) == 0)
    return fd;
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

static int
port_of(int fd)
{
  OscPeer                 own;
  struct sockaddr_storage at;
  socklen_t               length = sizeof at;
  if (getsockname(fd, (struct sockaddr *)&at, &length) != 0 ||
      !peer_from_sockaddr(&own, &at))
    return 0;
  return own.port;
}

static int
bind_socket(const OscOptions *options, char **error)
{
  const char      *listen = options->listen ? options->listen : "127.0.0.1";
  struct addrinfo *at     = read_listen(listen, options->port, error);
  if (!at)
    return -1;
  int fd = open_socket(at);
  if (fd < 0)
    *error = cannot(listen, options->port, errno);
  freeaddrinfo(at);
  return fd;
}

static void
attach(OscServer *server)
{
  static GSourceFuncs timer   = { .dispatch = on_timer };
  GMainContext       *context = control_context(server->control);
  server->timer               = g_source_new(&timer, sizeof(GSource));
  g_source_set_callback(server->timer, on_due, server, NULL);
  g_source_attach(server->timer, context);
  server->readable = g_unix_fd_source_new(server->socket, G_IO_IN);
  g_source_set_callback(
    server->readable, G_SOURCE_FUNC(on_readable), server, NULL);
  g_source_attach(server->readable, context);
}

OscServer *
osc_server_new(Control *control, const OscOptions *options, char **error)
{
  int fd = bind_socket(options, error);
  if (fd < 0)
    return NULL;
  OscServer *server = g_new0(OscServer, 1);
  server->control   = control;
  server->socket    = fd;
  server->port      = port_of(fd);
  attach(server);
  server->hub = osc_hub_new(&(OscHost){ .self     = server,
                                        .send     = host_send,
                                        .schedule = host_schedule,
                                        .now      = host_now,
                                        .wall     = host_wall,
                                        .status   = host_status,
                                        .meters   = host_meters,
                                        .save     = host_save },
                            control_desk(control));
  control_observe_desk(control, on_change, on_replaced, server);
  control_set_meter_tick(control, on_meters, server);
  return server;
}

void
osc_server_free(OscServer *server)
{
  if (!server)
    return;
  control_set_meter_tick(server->control, NULL, NULL);
  control_unobserve_desk(server->control, on_change, server);
  g_source_destroy(server->readable);
  g_source_unref(server->readable);
  osc_hub_free(server->hub);
  g_source_destroy(server->timer);
  g_source_unref(server->timer);
  close(server->socket);
  g_free(server);
}

int
osc_server_port(const OscServer *server)
{
  return server->port;
}

const OscCounters *
osc_server_counters(const OscServer *server)
{
  return osc_hub_counters(server->hub);
}
