import { type CliCommand, input, MODEL, QUIET, RESULT_JSON, RUN, SUBMIT } from '../../command.ts'

export const forkCommand: CliCommand = {
  name: 'fork',
  summary: 'start a new run in the middle of an old one',
  arguments: { run: ['<run>', RUN] },
  options: [
    ['--from <step>', 'the step to start at, with its enclosing foreach items: grades[3]/grade', 'required'],
    ['--visit <count>', 'which visit of the step (default: the first)'],
    input('changes to the input, as for run'),
    MODEL,
    ['--set <step.output=json>', 'replace a recorded output with JSON or @FILE; repeatable', 'repeatable'],
    ['--same-keys', 'send the idempotency keys of the old run'],
    SUBMIT,
    ['--dry-run', 'only show what would be copied'],
    RESULT_JSON,
    QUIET,
  ],
  examples: [
    'troupe fork last --from review',
    'troupe fork q3v8zd --from review --model judge=openai/gpt-5-mini',
    `troupe fork q3v8zd --from reply --set 'classify.output={"label": "bug"}'`,
    'troupe fork q3v8zd --from grades[3]/grade --visit 2 --dry-run',
  ],
  help: `Copies the journal of a run up to the start of a step into a new run; the old run stays as it is. The outcomes of
models, tools and child runs are copied and not charged again. The new run then continues here, or on a server
with --submit. If a changed input, model or output changes the input of a step, its outcome is not copied and
the step is performed again. The command lists such steps first; --dry-run only lists them.

Tools receive idempotency keys of the new run, so that external effects after the fork happen a second time. With
--same-keys they receive the keys of the old run, so that a service which knows a key does not repeat its effect.`,
  action: async () => (await import('./fork.ts')).fork,
}
