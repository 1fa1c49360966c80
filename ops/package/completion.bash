# Completion of bash for camwall: its commands and options, as `camwall --help` tells them.

_camwall() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]-}
  local words=
  COMPREPLY=()
  case $previous in
    -c | --config | --against | --clips | --work)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    --transport) words="tcp udp" ;;
    --sandbox) words="required best_effort" ;;
    --listen | --camera-port | --control-port | --username | --deadline | --name) return ;;
    *)
      if ((COMP_CWORD == 1)); then
        words="serve check probe doctor health demo hash-password make-token --help --version"
      else
        case $command in
          serve) words="--config --help" ;;
          check) words="--config --diff --against --help" ;;
          probe) words="--transport --username --password-stdin --json --deadline --sandbox --help" ;;
          doctor) words="--config --json --no-cameras --help" ;;
          health) words="--listen --help" ;;
          demo) words="--listen --clips --work --camera-port --control-port --help" ;;
          hash-password) words="--help" ;;
          make-token) words="--name --help" ;;
        esac
      fi
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _camwall camwall
