/** A workflow of a few hundred effects on an outside server, made to be killed: sequence, loop, foreach, branches. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const EFFECTS = { items: 220, polls: 50, left: 20, right: 20 }

export const EFFECT_COUNT = 1 + EFFECTS.items + EFFECTS.polls + EFFECTS.left + EFFECTS.right

const effect = (id: string, name: string): string =>
  [
    `- id: ${id}`,
    '  tool: http.post',
    `  with: { url: "\${input.url}/${name}" }`,
    `  key: "'key-' + ${toExpression(name)}"`,
    '  retry: { max: 1000, backoff: 5ms..20ms }',
  ].join('\n')

/** `item-${n}` as a CEL expression. */
const toExpression = (name: string): string => {
  const [, before, inside] = /^(.*)\$\{(.*)\}$/.exec(name) ?? []
  return before === undefined || inside === undefined ? `'${name}'` : `'${before}' + string(${inside})`
}

const indent = (text: string, columns: number): string => text.replace(/^/gm, ' '.repeat(columns))

const branch = (name: string, count: number): string =>
  Array.from({ length: count }, (_, index) => indent(effect(`${name}_${index}`, `${name}-${index}`), 6)).join('\n')

const SOURCE = `workflow: many-effects
input: { url: string, items: [integer] }
steps:
${indent(effect('begin', 'begin'), 2)}
  - id: each
    foreach: input.items
    as: n
    concurrency: 4
    yields: steps.call.output.body.name
    do:
${indent(effect('call', 'item-${n}'), 6)}
  - id: polling
    loop: { until: "iter.count >= ${EFFECTS.polls}", max: 1000 }
    do:
${indent(effect('poll', 'poll-${iter.count}'), 6)}
  - id: both
    parallel:
      left:
${branch('left', EFFECTS.left)}
      right:
${branch('right', EFFECTS.right)}
output:
  items: steps.each.output
  last_poll: steps.poll.output.body.name
  left: steps.left_${EFFECTS.left - 1}.output.body.name
  right: steps.right_${EFFECTS.right - 1}.output.body.name
`

/** Output of an undisturbed run. */
export const EXPECTED_OUTPUT = {
  items: Array.from({ length: EFFECTS.items }, (_, index) => `item-${index}`),
  last_poll: `poll-${EFFECTS.polls}`,
  left: `left-${EFFECTS.left - 1}`,
  right: `right-${EFFECTS.right - 1}`,
}

/** Writes the workflow with a config that lets it reach this machine; gives the path of the file. */
export const writeProject = (folder: string): string => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'troupe.config.yaml'), 'http: { allow: ["127.0.0.1"] }\n')
  const file = join(folder, 'many-effects.yaml')
  writeFileSync(file, SOURCE)
  return file
}

export const inputFor = (url: string): string =>
  JSON.stringify({ url, items: Array.from({ length: EFFECTS.items }, (_, index) => index) })
