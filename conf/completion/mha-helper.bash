# Completion of mha-helper's commands for bash 4 or later. Source it in ~/.bashrc, or link it into /etc/bash_completion.d.
# Reads each command's options from its --help, once per shell. No text of a file or a command is evaluated.

declare -gA _mha_helper_known=()

# Reads the --help of command $1, one line per option: "--name VALUE", "--name" if it takes no value, "--name?" if the
# value is optional.
_mha_helper_learn() {
  local program
  program=$(type -P -- "$1") || return
  options=${_mha_helper_known[$program]-}
  [[ -n $options ]] && return
  options=$("$program" --help 2>/dev/null </dev/null | awk '
    /^  (-|[A-Z]+, -)/ {
      line = substr($0, 3)
      sub(/  +[^ ].*$/, "", line)
      count = split(line, terms, ", *")
      for (i = 1; i <= count; i++) {
        term = terms[i]
        if (term ~ /^-[a-z] [A-Z]+$/) { print term; continue }
        if (term !~ /^--[a-z]/) continue
        sub(/ .*$/, "", term)
        if (sub(/\[=.*$/, "?", term)) { print term; continue }
        sub(/\[.*$/, "", term)
        sub(/=/, " ", term)
        print term
      }
    }')
  options+=$'\n--help\n--version'
  _mha_helper_known[$program]=$options
}

# The value that option $1 takes: FILE, HOST, LEVEL, or words with | between them. Fails if it takes none.
_mha_helper_value() {
  local name value found=
  while read -r name value; do
    [[ $name == "$1" && -n $value ]] && found+=${found:+|}$value
  done <<<"$options"
  [[ -n $found ]] && printf '%s\n' "$found"
}

# A typed word without its quotes and backslashes, and with the home folder for ~/.
_mha_helper_plain() {
  local word=$1
  case $word in
    \"*) word=${word#\"} word=${word%\"} ;;
    \'*) word=${word#\'} word=${word%\'} ;;
    *)
      [[ $word == '~/'* ]] && word=$HOME/${word#'~/'}
      word=${word//\\/}
      ;;
  esac
  printf '%s' "$word"
}

# The hosts in MHA's file: the one given, else the files that the commands look for. Odd names are left out.
_mha_helper_hosts() {
  local conf=$1 file files
  if [[ -n $conf ]]; then files=("$(_mha_helper_plain "$conf")")
  elif [[ -n ${MHA_HELPER_CONF-} ]]; then files=("$MHA_HELPER_CONF")
  else files=({/usr/local/mha-helper/conf,/etc/mha-helper,/etc/mha,/etc/masterha}/*.{cnf,conf}); fi
  for file in "${files[@]}"; do
    [[ -f $file && -r $file ]] || continue
    awk '/^[ \t]*hostname[ \t]*=/ {
      sub(/^[^=]*=[ \t]*/, ""); sub(/[ \t\r]+(;.*)?$/, ""); sub(/\r$/, "")
      if ($0 ~ /^[A-Za-z0-9_][A-Za-z0-9._:-]*$/) print
    }' <"$file"
  done | sort -u
}

# Offers the lines of standard input that begin with $1.
_mha_helper_offer() {
  local word
  while IFS= read -r word; do
    [[ -n $word && $word == "$1"* ]] && COMPREPLY+=("$word")
  done
}

_mha_helper_offer_value() {
  case $1 in
    FILE)
      compopt -o filenames 2>/dev/null
      local typed=$2
      [[ $typed == \"* || $typed == \'* ]] && typed=${typed:1}
      mapfile -t COMPREPLY < <(compgen -f -- "${typed//\\/}")
      ;;
    HOST*) _mha_helper_offer "$2" < <(_mha_helper_hosts "$3") ;;
    LEVEL) _mha_helper_offer "$2" < <(printf '%s\n' error warning info debug) ;;
    *[a-z]*) _mha_helper_offer "$2" < <(printf '%s\n' "${1//|/$'\n'}") ;;
  esac
}

# The words before the cursor as they were typed: bash also splits them at = and :.
_mha_helper_words() {
  local i word glue=
  words=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]-}
    if [[ -n $glue ]] || [[ $word == [=:] && i -gt 1 ]]; then
      words[${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
    glue=
    [[ $word == [=:] && i -lt COMP_CWORD ]] && glue=yes
  done
}

_mha_helper() {
  local words word conf= last command options= value i
  _mha_helper_words
  COMPREPLY=()
  command=${words[0]}
  last=$((${#words[@]} - 1))
  word=${words[last]}
  for ((i = 1; i < last; i++)); do
    case ${words[i]} in
      --) return ;;
      --conf=*) conf=${words[i]#*=} ;;
      --conf | -c) conf=${words[i + 1]} ;;
    esac
  done
  _mha_helper_learn "$command"
  if [[ $word == --*=* ]]; then
    value=$(_mha_helper_value "${word%%=*}") && _mha_helper_offer_value "$value" "${word#*=}" "$conf"
    word=${word#*=}
  elif ((last > 1)) && value=$(_mha_helper_value "${words[last - 1]}"); then
    _mha_helper_offer_value "$value" "$word" "$conf"
  elif [[ $word == -* ]]; then
    _mha_helper_offer "$word" < <(awk '/^--/ && !seen[$1]++ {
      value = NF > 1 ? "=" : ""; sub(/\?$/, "", $1); print $1 value }' <<<"$options")
    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  else
    case ${command##*/} in
      mysql_failover | mysql_replica_status) _mha_helper_offer_value HOST "$word" "$conf" ;;
    esac
  fi
  # Bash keeps the part of a word before a colon.
  if [[ $word == *:* && $COMP_WORDBREAKS == *:* ]]; then
    COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*:}"}"}")
  fi
}

complete -F _mha_helper master_ip_failover master_ip_online_change mha_check mha_fence mha_recover mha_report \
  mysql_failover mysql_online_failover mysql_replica_status
