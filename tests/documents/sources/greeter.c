#include <stdio.h>

/* The program that fixtures/greeter.pot is taken from by xgettext. */
int main (int argc, char **argv)
{
  /* TRANSLATORS: the first thing that is seen */
  printf (_("Hello, world!\n"));
  printf (ngettext ("%d file removed from the folder\n", "%d files removed from the folder\n", argc), argc);
  puts (_("A very long message that will certainly not fit on a single line of seventy-nine columns, so that gettext must break it somewhere."));
  puts (pgettext ("menu", "Open"));
  puts (pgettext ("door", "Open"));
  printf (_("Usage: %s [OPTION]...\nDo the \"thing\" with a backslash \\ and a tab\t.\n"), argv[0]);
}
