/** The text below the options of the commands that make something of runs that were. */

export const FORK_HELP = `
Examples:
  troupe fork last --from review
  troupe fork q3v8zd --from review --model judge=openai/gpt-5-mini
  troupe fork q3v8zd --from reply --set 'classify.output={"label": "bug"}'
  troupe fork q3v8zd --from grades[3]/grade --visit 2 --dry-run

A new run with the rows of another one up to the start of a step, which stays as it is: outcomes of models, tools
and child runs are copied, and what they did cost is not charged again. Then it goes on by itself, here, or with
--submit wherever the database is served. With another input, other models or outputs that are set, what was asked
otherwise is not copied but performed anew, and that is said first; --dry-run says only that.

What a tool sends as idempotency key is the new run's, so that what comes is done a second time; with --same-keys
it is the old run's, and what has been done under a key is not done again by whoever knows it.`

export const RESTART_HELP = `
Examples:
  troupe restart last
  troupe restart q3v8zd --input max_drafts=5
  troupe restart q3v8zd --submit

A new run from the beginning, with the definition, input and models of one that has ended, which stays as it is.
What is given with --input changes the old input. Secrets in an input are not kept, and have to be given again.`

export const RERUN_HELP = `
Examples:
  troupe rerun --workflow support-triage --since 1d --dry-run
  troupe rerun --fault rate_limited --step classify
  troupe rerun --status cancelled --since 2h --submit

Runs that failed and were not restarted, rerun or forked since, each begun anew once, with its own definition and
input; the list comes first. They go on here, ten at once, or with --submit wherever the database is served.`

export const FAILED_HELP = `
Examples:
  troupe failed
  troupe failed --workflow support-triage --since 7d
  troupe failed --json | jq -r '.[0].rerun'

An inbox: runs that failed, by workflow, fault and step, with the command that begins each group anew. A run
leaves it when it is restarted, rerun or forked; --all shows those too. To list runs one by one: troupe runs
--status failed.`

export const DIFF_HELP = `
Examples:
  troupe diff q3v8zd last
  troupe diff q3v8zd last --json | jq .parts_at

The first step that came to something else, what differs in inputs, outputs and faults, and status, time, tokens
and cost of each step in both runs. Of a fork the calls count that it made itself.`
