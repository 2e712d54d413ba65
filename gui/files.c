/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/files.h"

/* What is asked, while the chooser is open. */
typedef struct Question {
  GuiMirror  *mirror;
  CommandKind kind;
} Question;

static void
question_free(gpointer data)
{
  Question *question = data;

  g_object_unref(question->mirror);
  g_free(question);
}

static void
post_file(const Question *question, GFile *file)
{
  char *path = g_file_get_path(file);

  if (path)
    gui_mirror_ask(question->mirror, question->kind, OWNER_DESK, 0, path);
  g_free(path);
}

static void
on_response(GtkNativeDialog *dialog, int response, const Question *question)
{
  if (response == GTK_RESPONSE_ACCEPT) {
    GListModel *files = gtk_file_chooser_get_files(GTK_FILE_CHOOSER(dialog));

    for (guint i = 0; i < g_list_model_get_n_items(files); i++) {
      GFile *file = g_list_model_get_item(files, i);

      post_file(question, file);
      g_object_unref(file);
    }
    g_object_unref(files);
  }
  g_object_unref(dialog);
}

static const char *
title_of(CommandKind kind)
{
  switch (kind) {
  case COMMAND_OPEN:
    return "Open a session";
  case COMMAND_SAVE:
    return "Save the session as";
  default:
    return "Import audio files";
  }
}

static GtkFileChooserAction
action_of(CommandKind kind)
{
  switch (kind) {
  case COMMAND_OPEN:
    return GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER;
  case COMMAND_SAVE:
    return GTK_FILE_CHOOSER_ACTION_SAVE;
  default:
    return GTK_FILE_CHOOSER_ACTION_OPEN;
  }
}

void
gui_files_ask(GtkWindow *window, GuiMirror *mirror, CommandKind kind)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new(
    title_of(kind), window, action_of(kind), NULL, NULL);
  Question *question = g_new(Question, 1);

  *question = (Question){ g_object_ref(mirror), kind };
  gtk_file_chooser_set_select_multiple(GTK_FILE_CHOOSER(chooser),
                                       kind == COMMAND_IMPORT);
  g_object_set_data_full(
    G_OBJECT(chooser), "question", question, question_free);
  g_signal_connect(chooser, "response", G_CALLBACK(on_response), question);
  gtk_native_dialog_show(GTK_NATIVE_DIALOG(chooser));
}
