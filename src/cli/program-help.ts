/** The text below the options in each command's help: examples first. */

export const PROGRAM_HELP = `
Examples:
  troupe init my-flows                      begin a project
  troupe run hello.yaml                     check a workflow and run it
  troupe run hello.yaml -i name=Ada         with an input
  troupe validate *.yaml                    check without running
  troupe runs                               what ran, what runs
  troupe trace last                         what the last run did
  troupe approvals list                     what runs ask people

Exit codes: 0 completed, 1 failed or cancelled by someone else, 2 wrong usage, workflow or input,
3 something is missing (database, secret), 130 after Ctrl-C.`

export const RUN_HELP = `
Examples:
  troupe run hello.yaml
  troupe run hello.yaml --input '{"name": "Ada"}'
  troupe run hello.yaml --input @ada.json --input address.city=London
  troupe run hello.yaml --model default=mock/echo
  troupe run hello.yaml --json | jq .output

Progress goes to standard error, the output as JSON to standard output. With --json that is
{ run, workflow, status, output, error, usage, duration_ms }, also when the run fails; status is
completed, failed, cancelled or running (left, can be resumed), or, when there is no run, invalid
(with diagnostics) or error.

--inspect sends the machines of the run, their events and snapshots to a WebSocket on this machine as they
happen, such as the server that comes with Troupe's own dependency, which shows them on Stately's page:
  node -e 'import("@statelyai/inspect/server").then((server) => server.createInspectorServer())'
  troupe run hello.yaml --inspect
When nobody listens the run goes on without. A picture needs no server: troupe graph --run last.

Ctrl-C once cancels the run; twice leaves it at once, to be resumed: troupe resume RUN.`

export const RESUME_HELP = `
Examples:
  troupe resume                   the one run that was interrupted
  troupe resume last
  troupe resume q3v8zd            the end of a run id is enough
  troupe resume --all

Nothing recorded is done twice: the run goes on from its last recorded outcome. Without an argument it takes the
run that was interrupted; where there is none, the one that is queued or waits. Queued and waiting runs are
better served by a process that stays: troupe serve.`

export const CANCEL_HELP = `
Examples:
  troupe cancel last
  troupe cancel q3v8zd

Works on runs of other terminals too, on queued and waiting ones, and on child runs with their parent. Steps
with undo that have completed are undone. It says what was called off in the middle and may have taken effect.
A run that has ended stays as it is (exit code 1).`

export const RUNS_HELP = `
Examples:
  troupe runs
  troupe runs --status interrupted
  troupe runs --workflow support-triage --limit 5 --json

A run that goes on is queued (nobody has begun it), running (a process has it), waiting (for a person, an
event or a time; it needs no process until then), paused, or interrupted (its process is gone).`

export const TRACE_HELP = `
Examples:
  troupe trace last
  troupe trace q3v8zd --all
  troupe trace q3v8zd --at 5                     what was known, open and waited for behind row 5
  troupe trace q3v8zd --at 2026-01-31T08:00:00Z
  troupe trace last --json | jq '.journal[] | select(.kind == "outcome")'`

export const PROFILE_REPORT_HELP = `
Examples:
  troupe profile-report
  troupe profile-report q3v8zd
  troupe profile-report --workflow support-triage --limit 50
  troupe profile-report last --json | jq .bottleneck

The critical path is the chain of steps that the end of a run waited for. What is beside it may be slow and
yet delay nothing. (host) is the time between steps: Troupe's own, and that in which nobody had the run.`

export const COST_REPORT_HELP = `
Examples:
  troupe cost-report
  troupe cost-report --by workflow --since 30d
  troupe cost-report --by day --by provider --since 2026-01-01
  troupe cost-report --json | jq .total_cost_usd

Costs are worked out call by call, from the usage that the provider told and the prices of that day. A call
whose price is not known is counted as such, and never as $0. An answer from the cache is free, and no call. Days are those of UTC, as on the providers' bills.`

export const VALIDATE_HELP = `
Examples:
  troupe validate hello.yaml
  troupe validate flows/*.yaml --json
  cat hello.yaml | troupe validate -
  troupe validate hello.yaml --strict

Warnings leave the exit code at 0, errors make it 2. With --strict what it proves is an error too:
conditions that always come out the same, cases that are never taken, steps that no run gets to,
loops and parallels that never complete, more steps than limits.steps. It then counts the paths to an
end (loops go round once), names the longest, and says how many steps a run has at most.`

export const PLAN_HELP = `
Examples:
  troupe plan triage.yaml
  troupe plan triage.yaml --input @ticket.json
  troupe plan triage.yaml --model default=openai/gpt-5-mini
  troupe plan triage.yaml --json | jq .worst_case_usd

Nothing is called. The worst case goes by the bounds of loops, jumps, turns and retries, by max_tokens, by as
many tokens of input as a request has bytes, and by the prices of today. Where something has no bound, it says
what. The typical cost is that of past runs of the workflow, where there are any: of this version of it, else of
others.`

export const GRAPH_HELP = `
Examples:
  troupe graph hello.yaml -o hello.svg           a picture, for every browser, light and dark
  troupe graph --run last -o last.svg            what the last run did: visits, time, failed, skipped
  troupe graph hello.yaml --format mermaid       text for Markdown
  troupe graph hello.yaml --format xstate        the machine as JSON, for stately.ai/editor
  troupe graph hello.yaml --format dot           text for Graphviz`

export const INIT_HELP = `
Examples:
  troupe init
  troupe init my-flows

Writes a workflow, its config and data, and the settings that let an editor complete and check the
language without a network. Nothing that is there is overwritten.`

export const EXPLAIN_HELP = `
Examples:
  troupe explain unassigned_output
  troupe explain rate_limited --json
  troupe explain                  all codes

Cause, fix and an example of each code that validate, run and trace show.`

export const SIMULATE_HELP = `
Examples:
  troupe simulate hello.yaml                     choose how each step ends, by hand
  troupe simulate hello.yaml -i name=Ada
  printf '1\\ngreet fails timeout\\n' | troupe simulate hello.yaml
  troupe simulate hello.yaml --paths             every end, and what leads there
  troupe simulate hello.yaml --paths --json | jq '.paths[].title'

No model, tool or server is called and nothing is stored. Examples of outputs are made from the types
of the steps; whatever fits a type can be typed: STEP JSON, or STEP fails CODE. Time passes only when
nothing else is chosen: up to the next timer. A wrong line in a pipe ends the walk with exit code 2.`

export const SCHEMA_HELP = `
Examples:
  troupe schema > workflow.schema.json

Name it on the first line of a workflow, and your editor completes the language:
  # yaml-language-server: $schema=workflow.schema.json`

export const DOCTOR_HELP = `
Examples:
  troupe doctor
  troupe doctor triage.yaml                      for this workflow alone
  troupe doctor --json

Of the providers that workflows name it looks for keys, servers and models: those of the workflow, or of all
that lie in the project (up to 100, four folders deep, those of tests left out). Ollama and other servers are
asked for the list of their models when they are on this machine or on a private network, and get 2 seconds;
whatever is on the internet is not asked.

Exit code 3 when something is missing.`
