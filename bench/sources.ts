/** The workflows that are measured. What they do, the programs in peers/ do as well. */

export const STEPS_IN_LINE = 10

/** Ten model calls in a line, each reading the one before. */
const createLine = (model: string): string => `
workflow: line
models: { default: ${model} }
steps:
${Array.from({ length: STEPS_IN_LINE }, (_, index) => {
  const before = index === 0 ? 'start' : `\${steps.step_${index - 1}.output.text}`
  return `  - { id: step_${index}, llm: default, prompt: "${before}" }`
}).join('\n')}
`

export const LINE = createLine('mock/echo')

/** The same, asking a server. */
export const createModelLine = (provider: string): string => createLine(`${provider}/bench`)

/** One answer, piece by piece. */
export const createStreamedCall = (provider: string): string => `
workflow: streamed
models: { default: ${provider}/bench }
steps:
  - { id: ask, llm: default, prompt: go on, stream: true }
`

/** First workflow of a new process. */
export const ONE_STEP = `
workflow: one_step
models: { default: mock/echo }
steps:
  - { id: ask, llm: default, prompt: hello }
`

/** One model call again and again, with a condition on how often. */
export const LOOP = `
workflow: loop
models: { default: mock/echo }
input: { times: integer }
steps:
  - id: again
    loop: { until: iter.count >= input.times, max: 10000 }
    do:
      - { id: ask, llm: default, prompt: go on }
`

/** The same, and each answer of 200 bytes is added to what there is already. */
export const GROWING_LOOP = `
workflow: growing
models: { default: mock/echo }
input: { times: integer, text: string }
steps:
  - id: again
    loop: { until: iter.count >= input.times, max: 10000 }
    do:
      - { id: ask, llm: default, prompt: "\${input.text}" }
      - { id: note, set: { texts: "steps.?note.?output.?texts.orValue([]) + [steps.ask.output.text]" } }
`

/** Items that all wait at the same time. */
export const createFanOut = (waitMs: number): string => `
workflow: fan_out
models: { slow: mock/script }
input: { items: [integer] }
steps:
  - id: all
    foreach: input.items
    concurrency: 1000
    do:
      - { id: ask, llm: slow, prompt: go on, params: { script: [{ text: done, delay: ${waitMs}ms }] } }
`

/** Waits for an event that is never sent. */
export const WAITING = `
workflow: waiting
steps:
  - { id: paid, wait: { event: paid }, timeout: 30d }
`

/** In flight until its process ends. */
export const NEVER_ANSWERED = `
workflow: never_answered
models: { silent: mock/script }
steps:
  - { id: ask, llm: silent, prompt: go on, timeout: 2h, params: { script: [{ text: done, delay: 1h }] } }
`

/** One call a row, then an event that never comes. A loop has 10,000 turns at most, so that there are two, one in the other. */
export const LONG_LOOP = `
workflow: long_loop
models: { default: mock/echo }
input: { times: integer }
limits: { steps: 200000 }
steps:
  - id: outer
    loop: { until: iter.count * 1000 >= input.times, max: 1000 }
    do:
      - id: inner
        loop: { until: iter.count >= 1000, max: 1000 }
        do:
          - { id: ask, llm: default, prompt: go on }
  - { id: rest, wait: { event: never } }
`

/** The same with items, whose results are kept. */
export const LONG_FOREACH = `
workflow: long_foreach
models: { default: mock/echo }
input: { times: integer }
limits: { steps: 200000 }
steps:
  - id: each
    foreach: range(input.times)
    concurrency: 8
    do:
      - { id: ask, llm: default, prompt: "\${item}" }
  - { id: rest, wait: { event: never } }
`
