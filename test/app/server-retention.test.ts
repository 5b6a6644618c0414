import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readProject } from '../../src/app/project/project.ts'
import { createServer } from '../../src/app/server.ts'
import { toDefinition, toNewRun } from '../../src/runtime/new-run.ts'
import { SecretVault } from '../../src/secrets/secret-vault.ts'
import type { ServerNotice } from '../../src/service/server-notice.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { createOwner } from '../../src/store/process-identity.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { createEnd } from '../support/store-values.ts'
import { createTempFolder } from '../support/temp-folder.ts'

const test = suite('the retention of a server')

const WORKFLOWS = {
  plain: 'workflow: plain\nsteps: [{ id: a, set: { n: 1 } }]',
  kept: 'workflow: kept\nretention: { completed: 10d }\nsteps: [{ id: a, set: { n: 1 } }]',
}

test('goes by the config, a workflow that says otherwise wins, and what was deleted is told', async () => {
  const folder = createTempFolder({ 'troupe.config.yaml': 'retention: { completed: 1h }\n' })
  const { path } = folder
  const { project } = await readProject({ folder: path, workingFolder: path, environment: {}, db: 'memory:' })
  assert.ok(project)
  const clock = createManualClock()
  const store = createMemoryStore({ now: () => clock.now() })
  for (const [id, text] of Object.entries(WORKFLOWS)) {
    const workflow = compileWorkflow(text)
    await store.saveDefinition(toDefinition(workflow))
    const at = clock.now() - 2 * 3_600_000
    const result = await store.create(toNewRun(workflow, { id, at, input: {} }, new SecretVault()), createOwner())
    assert.ok(result.kind === 'created')
    await store.write(result.claim, { end: createEnd({ at }) })
  }
  const notices: ServerNotice[] = []
  const server = createServer({ store, project, environment: {}, clock, onNotice: (notice) => notices.push(notice) })
  server.start()
  for (let second = 0; second < 62; second++) await clock.advance(1_000)
  await server.stop()
  assert.equal(
    notices.map(({ type, ...rest }) => [type, 'runs' in rest ? rest.runs : null]),
    [['runs.swept', 1]],
  )
  assert.equal(
    (await store.listRuns()).map(({ id }) => id),
    ['kept'],
  )
  folder.remove()
})

test.run()
