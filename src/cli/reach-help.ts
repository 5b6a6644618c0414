/** The text below the options in the help of the commands that reach runs of other processes. */

export const SUBMIT_HELP = `
Examples:
  troupe submit triage.yaml --input @ticket.json
  troupe submit triage.yaml -i ticket=42 --key ticket-42      the same key: the same run, however often
  troupe submit support-triage -i ticket=42                   a workflow that is registered in the database
  troupe submit triage.yaml -i ticket=42 --wait --json

The workflow and its input are checked; then the run is in the database and is not lost, and its id is
printed. Whoever serves the database begins it (troupe serve); else troupe resume RUN does. A key counts
once for its workflow: the same request again is the same run, another one under the same key is refused.

With --wait it follows the run to its end, prints what troupe run prints, and exits as it does. Ctrl-C then
leaves the run as it is.`

export const APPROVALS_HELP = `
Examples:
  troupe approvals list                          what is asked now, in all runs
  troupe approvals show 3f9c2b1a
  troupe approvals approve 3f9c2b1a --values amount=20 --comment "fine"
  troupe approvals reject 3f9c2b1a --by ann --comment "too late"
  troupe approvals approve last ask              by run and path
  troupe approvals link 3f9c2b1a                 a token to decide with, once

A decision counts once: of several at once the first; the others are told who was faster (exit code 1).
An id stands for what was asked: when that has changed, the id is no longer known.`

export const LIST_APPROVALS_HELP = `
Examples:
  troupe approvals list
  troupe approvals list --run last
  troupe approvals list --json | jq -r '.[].id'`

export const SHOW_APPROVAL_HELP = `
Examples:
  troupe approvals show 3f9c2b1a
  troupe approvals show q3v8zd ask`

export const APPROVE_HELP = `
Examples:
  troupe approvals approve 3f9c2b1a
  troupe approvals approve 3f9c2b1a --values '{"amount": 20}' --by ann
  troupe approvals approve q3v8zd lines[2]/ask
  troupe approvals approve --token TOKEN

What is filled in has to fit the form, and who decides has to be among those who may. By default that is the
user of this machine. The decision is recorded with who and when.`

export const REJECT_HELP = `
Examples:
  troupe approvals reject 3f9c2b1a --comment "not before Monday"
  troupe approvals reject --token TOKEN

The step then fails as rejected, with who and why; on_error can match it.`

export const LINK_HELP = `
Examples:
  troupe approvals link 3f9c2b1a

Prints a token with which whoever has it may decide this question, once. The database keeps its SHA-256
alone. A newer token for the same question, a decision, or a change of what is asked makes it void.`

export const SIGNAL_HELP = `
Examples:
  troupe signal q3v8zd paid --data amount=20
  troupe signal q3v8zd paid --data '{"amount": 20}' --id payment-7
  troupe signal --match 'run.workflow == "order" && input.id == 42' paid

A run that waits for the event goes on; a run that does not wait for it yet keeps it until it does. The
condition of --match is an expression over run { id, workflow, status, started_at } and input, and is asked
of every run that has not ended, child runs included. The same --id counts once for each run.`

export const EVENTS_HELP = `
Examples:
  troupe events
  troupe events --type order.paid --since 1h
  troupe events --run last --json | jq .data
  troupe events --json > events.jsonl

What steps of kind emit have given out, oldest first. With --json each line is a CloudEvent (version 1.0).`

export const PAUSE_HELP = `
Examples:
  troupe pause q3v8zd

What is going on ends and is recorded, but nothing new begins until troupe unpause RUN, nor in its child runs. Deadlines go on.`

export const UNPAUSE_HELP = `
Examples:
  troupe unpause q3v8zd`
