# shellcheck shell=bash disable=SC2154
# Sourced: words for people, in French or English by locale, and the shape of the output. Needs bash 5.
case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in fr*) french=yes ;; *) french=no ;; esac
# Lengths are counted in characters; the language stays what it was, also for the programs that are called.
LANG=${LC_ALL:-${LANG:-C}}
unset LC_ALL
export LANG LC_CTYPE=C.UTF-8

bold='' dim='' green='' red='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
  bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
fi

# say ENGLISH FRENCH
say() { if [ "$french" = yes ]; then printf '%s\n' "$2"; else printf '%s\n' "$1"; fi; }

die() {
  printf '%s%s%s\n' "$red" "$(say "$@")" "$plain" >&2
  exit 1
}

# Microseconds; the separator of $EPOCHREALTIME is the locale's.
now_us() { printf '%s' "${EPOCHREALTIME/[.,]/}"; }
ms_since() { printf '%s' $((($(now_us) - $1 + 500) / 1000)); }

step_number=0 step_began=0
step() {
  step_number=$((step_number + 1)) step_began=$(now_us)
  printf '%s%d. %s%s\n' "$bold" "$step_number" "$(say "$@")" "$plain"
}
done_step() {
  local tenths=$((($(now_us) - step_began + 50000) / 100000))
  printf '%s   %d.%d s%s\n\n' "$dim" $((tenths / 10)) $((tenths % 10)) "$plain"
}
# line NAME AUDIENCE TEXT, in columns (printf would pad by bytes)
line() { printf '   %s%*s %s%*s %s\n' "$1" $((28 - ${#1})) '' "$2" $((20 - ${#2})) '' "$3"; }
note() { printf '   %s\n' "$(say "$@")"; }
good() { printf '   %s✔%s %s\n' "$green" "$plain" "$(say "$@")"; }

# Shows a stream of lines as one line that is overwritten.
progress_line() {
  local text
  while IFS= read -r text; do printf '\r\e[K%s' "${text:0:$((${COLUMNS:-80} - 1))}"; done
  printf '\r\e[K'
}
