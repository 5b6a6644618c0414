/** A workflow of every kind of block whose effects a server outside counts, with a child run, and the end of an undisturbed run of it. */
import * as assert from 'uvu/assert'
import { startBuiltCli } from '../support/child-process.ts'
import type { Stage } from './stage.ts'

const effect = (id: string, name = id): string => `
id: ${id}
tool: http.post
with: { url: "\${input.url}/\${run.id}:${name}" }
key: "run.id + ':${id}'${name === id ? '' : ' + string(n)'}"
retry: { max: 1000, backoff: 5ms..20ms }`

const inFlow = (text: string): string => `{${text.trim().replaceAll('\n', ', ')}}`

export const EFFECTS_PROJECT = {
  'kid.yaml': `workflow: kid
input: { url: string }
steps: [${inFlow(effect('inner'))}]
output: steps.inner.output.body.name
`,
  'effects.yaml': `workflow: effects
input: { url: string }
steps:
  - ${inFlow(effect('begin'))}
  - id: both
    parallel:
      left: [${inFlow(effect('left'))}]
      right: [${inFlow(effect('right'))}, { id: nap, wait: { for: 50ms } }]
  - id: each
    foreach: "[0, 1, 2]"
    as: n
    yields: steps.item.output.body.name
    do: [${inFlow(effect('item', 'item-${n}'))}]
  - { id: child, workflow: ./kid.yaml, with: { url: "\${input.url}" } }
  - ${inFlow(effect('end_of_all'))}
output: { items: steps.each.output, left: steps.left.output.body.name, child: steps.child.output, last: steps.end_of_all.output.body.name }
`,
}

/** Effects of one run, those of its child included. */
export const EFFECTS_OF_A_RUN = 8

const EXPECTED = {
  items: ['RUN:item-0', 'RUN:item-1', 'RUN:item-2'],
  left: 'RUN:left',
  child: 'RUN:inner',
  last: 'RUN:end_of_all',
}

/** True for the output of a run that was not disturbed. */
export const isAsUndisturbed = (output: unknown): boolean =>
  JSON.stringify(output)?.replaceAll(/[rc]-[0-9a-z]+(-[0-9a-z]+)?:/g, 'RUN:') === JSON.stringify(EXPECTED)

/** Makes the workflow known by its name. */
export const applyEffects = async ({ database, folder }: Stage): Promise<void> => {
  const command = ['workflows', 'apply', 'effects.yaml', '--db', database]
  const { exitCode, stderr } = await startBuiltCli(command, { cwd: folder.path }).done
  assert.is(exitCode, 0, stderr)
}
