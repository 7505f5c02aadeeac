# shellcheck shell=bash disable=SC2154
# Sourced by tools/quickstart: nodes (one home and one daemon each), the kits they publish, and what is shown of them.
# Uses: $homes, $bin, $keep, $top, $samples. Every home is $homes/<slug>.
declare -A names pids
declare -a kits=() running=()  # a kit: folder|centre|audience
all_shown=no

ctl() {
  local node=$1
  shift
  "$bin/essaimagectl" --home "$homes/$node" "$@"
}

# A port that nobody listens on, below the range of outgoing connections.
free_endpoint() {
  local port
  for _ in {1..200}; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { printf 'tcp://127.0.0.1:%d' "$port"; return; }
  done
  die "no free port" "aucun port libre"
}

start() {
  local node=$1
  "$bin/essaimaged" --home "$homes/$node" </dev/null >"$homes/$node.log" 2>&1 &
  pids[$node]=$!
  running+=("$node")
  wait_until 10 "$node: the daemon does not answer; its log: $homes/$node.log" \
    "$node : le démon ne répond pas ; son journal : $homes/$node.log" ctl_answers "$node"
}
ctl_answers() {
  kill -0 "${pids[$1]}" 2>/dev/null || { tail -5 "$homes/$1.log" >&2; die "$1 ended" "$1 s'est arrêté"; }
  ctl "$1" status >/dev/null 2>&1
}

# wait_until SECONDS ENGLISH FRENCH COMMAND...
wait_until() {
  local end=$(($(now_us) + $1 * 1000000)) english=$2 french_text=$3
  shift 3
  until "$@"; do
    [ "$(now_us)" -lt "$end" ] || die "$english" "$french_text"
    sleep 0.05
  done
}

# Ends what was started here and says where everything lies. Runs at every exit.
finish() {
  local code=$1 node
  trap '' INT TERM HUP
  if [ "$keep" = no ] || [ "$code" -ne 0 ]; then
    for node in "${running[@]}"; do kill -TERM "${pids[$node]}" 2>/dev/null || true; done
    for node in "${running[@]}"; do end_of "${pids[$node]}"; done
  fi
  if [ "$all_shown" = yes ]; then
    farewell
  elif [ "$code" -ne 0 ]; then
    say "Stopped. Homes and logs: $homes" "Arrêté. Domiciles et journaux : $homes" >&2
  fi
  exit "$code"
}
end_of() {  # PID: waits 3 s after its SIGTERM, then insists
  for _ in {1..60}; do
    kill -0 "$1" 2>/dev/null || break
    sleep 0.05
  done
  kill -KILL "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

farewell() {
  local shown=$homes ctl_name="$bin/essaimagectl"
  say "${bold}Homes, keys and logs:${plain} $shown" "${bold}Domiciles, clés et journaux :${plain} $shown"
  if [ "$keep" = yes ]; then
    say "The daemons go on running. To end them: kill ${pids[*]}" \
      "Les démons tournent toujours. Pour les arrêter : kill ${pids[*]}"
  else
    say "The daemons have ended. To start one again:" "Les démons sont arrêtés. Pour en relancer un :"
    printf '   %s --home %s &\n' "$bin/essaimaged" "$homes/escaut"
  fi
  say "To try:" "À essayer :"
  printf '   %s --home %s %s\n' "$ctl_name" "$homes/escaut" kits \
    "$ctl_name" "$homes/escaut" "kit show $first_region_id" \
    "$ctl_name" "$homes/escaut" "checkout $first_region_id $(say my-copy ma-copie)" \
    "$ctl_name" "$homes/escaut" explain
}

# --- kits -------------------------------------------------------------------------------------------------------------

# collect_sample FOLDER CENTRE AUDIENCE: a copy of a sample, so that an update does not touch the project's files
collect_sample() {
  mkdir -p "$kits_of_people"
  cp -R "$samples/$1" "$kits_of_people/"
  kits+=("$kits_of_people/$1|$2|$3")
}

# collect_kits DIR: every folder below DIR is copied, gets a kit.toml if it has none, and is given to a centre in turn; the
# first of several goes to the territory of Lille.
collect_kits() {
  local folder name turn=0 centres=(deule moulins escaut)
  mkdir -p "$kits_of_people"
  for folder in "$1"/*/; do
    [ -d "$folder" ] || continue
    name=$(basename "$folder")
    cp -R "$folder" "$kits_of_people/$name"
    chmod -R u+w "$kits_of_people/$name"
    [ -f "$kits_of_people/$name/kit.toml" ] || "$bin/essaimagectl" kit new "$kits_of_people/$name" >"$homes/new.txt" 2>&1 ||
      { cat "$homes/new.txt" >&2; die "no kit.toml could be made" "impossible de créer kit.toml"; }
    if ! "$bin/essaimagectl" kit check "$kits_of_people/$name" >"$homes/check.txt" 2>&1; then
      note "$name is left out, because it would not publish:" "$name est laissé de côté, car il ne se publierait pas :"
      sed 's/^/     /' "$homes/check.txt" | head -8
      continue
    fi
    kits+=("$kits_of_people/$name|${centres[turn % 3]}|region")
    turn=$((turn + 1))
  done
  [ "$turn" -lt 2 ] || kits[0]=${kits[0]%region}territory:lille
}

# One command for each (centre, audience): one durable step however many kits it is.
publish_all() {
  local group kit folder centre audience
  for group in $(printf '%s\n' "${kits[@]}" | sed 's/^[^|]*|//' | sort -u); do
    local folders=()
    for kit in "${kits[@]}"; do
      IFS='|' read -r folder centre audience <<<"$kit"
      [ "$centre|$audience" != "$group" ] || folders+=("$folder")
    done
    ctl "${group%|*}" publish "${folders[@]}" --audience "${group#*|}" >"$homes/publish.txt" 2>&1 ||
      { cat "$homes/publish.txt" >&2; die "publishing failed" "la publication a échoué"; }
    for folder in "${folders[@]}"; do line "${names[${group%|*}]}" "${group#*|}" "${folder##*/}"; done
  done
}

# Until every node is level with all peers that it reaches. Twice: what the first round brought may be news to another.
sync_all() {
  local node
  for _ in 1 2; do
    for node in "${running[@]}"; do
      ctl "$node" sync --wait --timeout 180 >/dev/null ||
        die "$node is not level: essaimagectl --home $homes/$node explain" \
          "$node n'est pas à jour : essaimagectl --home $homes/$node explain"
    done
  done
}

# --- what came of it --------------------------------------------------------------------------------------------------
kits_py() { python3 "$top/tools/lib/kits.py" "$@"; }

show_table() {
  local node columns=()
  for node in federation deule moulins escaut; do
    ctl "$node" kits --json >"$homes/$node.json"
    columns+=("$node=$homes/$node.json")
  done
  kits_py table "${columns[@]}" | sed 's/^/   /'
}

# Valenciennes must not even know the kits of Lille; Lille must have them whole.
check_audience() {
  local id
  lille_id=$(kits_py first territory:lille "$homes/federation.json")
  first_region_id=$(kits_py first region "$homes/federation.json")
  if [ -z "$lille_id" ]; then
    note "one kit alone: it went to the whole region" "un seul kit : il est allé à toute la région"
    return
  fi
  kits_py complete "$lille_id" "$homes/moulins.json" || die "Moulins has not $lille_id" "Moulins n'a pas $lille_id"
  if id=$(ctl escaut kit show "$lille_id" 2>&1); then
    die "Valenciennes has $lille_id: $id" "Valenciennes a $lille_id : $id"
  fi
  good "$lille_id: in Lille everybody has it; in Valenciennes nobody knows that it exists" \
    "$lille_id : à Lille tout le monde l'a ; à Valenciennes personne ne sait qu'il existe"
}

# A centre that did not make the kit writes it out, and it is the author's folder to the byte.
check_checkout() {
  local centre=escaut folder
  [ "${first_region_id%%/*}" != escaut ] || centre=moulins
  folder=$(folder_of "$first_region_id")
  ctl "$centre" checkout "$first_region_id" "$homes/checkout" >/dev/null
  # Empty folders are not part of a kit; diff would call them a difference.
  find "$folder" -mindepth 1 -type d -empty -delete
  diff -r "$folder" "$homes/checkout" >&2 || die "the checkout differs" "la copie diffère"
  local files
  files=$(find "$folder" -type f | wc -l)
  good "$first_region_id at ${names[$centre]}: diff -r finds no difference in $files files" \
    "$first_region_id chez ${names[$centre]} : diff -r ne trouve aucune différence dans $files fichiers"
}

check_update() {
  local author=${first_region_id%%/*} centre=escaut folder began published_ms version
  [ "$author" != escaut ] || centre=moulins
  folder=$(folder_of "$first_region_id")
  version=$(($(kits_py version "$first_region_id" "$homes/federation.json") + 1))
  printf '\n%s\n' "$(say "A line more." "Une ligne de plus.")" >>"$(text_file_of "$folder")"
  began=$(now_us)
  ctl "$author" publish "$folder" >"$homes/publish.txt" 2>&1 ||
    { cat "$homes/publish.txt" >&2; die "publishing failed" "la publication a échoué"; }
  published_ms=$(ms_since "$began")
  began=$(now_us)
  # No pause between two looks: what is measured is the news' way, and the start of one command.
  until arrived "$centre" "$first_region_id@$version"; do
    [ "$(ms_since "$began")" -lt 30000 ] || die "the update did not arrive" "la mise à jour n'est pas arrivée"
  done
  local arrived_ms
  arrived_ms=$(ms_since "$began")
  diff -r "$folder" "$homes/update" >&2 || die "the update differs" "la mise à jour diffère"
  good "version $version published in $published_ms ms, checked out at ${names[$centre]} $arrived_ms ms later" \
    "version $version publiée en $published_ms ms, ressortie chez ${names[$centre]} $arrived_ms ms plus tard"
}
arrived() {
  rm -rf "$homes/update"
  ctl "$1" checkout "$2" "$homes/update" >/dev/null 2>&1
}
text_file_of() {
  find "$1" -type f \( -name '*.md' -o -name '*.txt' \) ! -empty | sort | head -1 | grep . || printf '%s/kit.toml' "$1"
}

# The folder that a kit was published from
folder_of() {
  local kit folder
  for kit in "${kits[@]}"; do
    folder=${kit%%|*}
    [ "$(kits_py id "$folder" "$homes/federation.json")" = "$1" ] && { printf '%s' "$folder"; return; }
  done
  die "$1: no such folder" "$1 : pas de dossier"
}
