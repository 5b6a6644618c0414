/** The codes of what `troupe validate --strict` proves: findings that may be meant, so nothing else asks for them. Part of DIAGNOSTIC_CODES. */
export const STRICT_CODES = {
  constant_condition: {
    title: 'A condition always comes out the same',
    cause: 'Whatever values its parts can have by their types, the condition is always true or never true.',
    fix: 'Correct the condition, or remove what it decides.',
  },
  untakeable_case: {
    title: 'A case is never taken',
    cause: 'The cases before it take everything that gets there.',
    fix: 'Move the case up, narrow the ones before it, or remove it.',
  },
  never_reached: {
    title: 'Conditions keep every run from the step',
    cause: 'Something leads to the step, but only by conditions that never come out so.',
    fix: 'Correct the conditions on the way, or remove the step.',
  },
  dead_end: {
    title: 'Every run that gets here fails',
    cause: 'The step can only end in a fault that nothing handles, so no run gets past it.',
    fix: 'Give it an `on_error`, or end the run on purpose with a `fail` step.',
  },
  parallel_never_joins: {
    title: 'A parallel waits for branches that never end',
    cause: 'Fewer branches can come to their end than `join` asks for, since the others always jump out or fail.',
    fix: 'Let the branches come to their ends, or wait for fewer with `join: any` or `at_least`.',
  },
  contested_event: {
    title: 'Two waits for one event are open at once',
    cause:
      'Branches of one `parallel` wait for an event of the same name, and none says which it means. The wait that has been open the longest takes it, and the other goes on waiting for the next.',
    fix: 'Give each a `match`, or let them wait for events of different names.',
  },
  unbounded_approval: {
    title: 'A run may wait for a person for ever',
    cause: 'A preset asks before its tool is called, nothing says until when, and the run has no `limits.time`.',
    fix: 'Set `limits: { time: … }` to the longest time that a run may take.',
  },
  too_many_steps: {
    title: 'The bounds allow more steps than the limit',
    cause:
      'The `max` of loops, the tries of blocks and `max_visits`, multiplied, allow more starts of steps than `limits.steps` (100,000 by default).',
    fix: 'Lower a bound, or set `limits: { steps: … }` to what the run may need.',
  },
} as const
