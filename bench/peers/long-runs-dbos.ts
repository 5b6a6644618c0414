/** Runs of DBOS that last, in a process that can be killed: `node bench/peers/long-runs-dbos.ts URL`. */
import { DBOS } from '@dbos-inc/dbos-sdk'
import { hearSubmissions, tellBegun } from './long-runs.ts'

const FOR_EVER_SECONDS = 30 * 24 * 3600

const silent = DBOS.registerWorkflow(
  async (): Promise<void> => {
    await DBOS.runStep(
      () => {
        tellBegun()
        return new Promise<void>(() => {})
      },
      { name: 'ask' },
    )
  },
  { name: 'silent' },
)

const waiting = DBOS.registerWorkflow(
  async (): Promise<void> => {
    await DBOS.runStep(async () => tellBegun(), { name: 'begin' })
    await DBOS.recv('paid', { timeoutSeconds: FOR_EVER_SECONDS })
  },
  { name: 'waiting' },
)

const short = DBOS.registerWorkflow(
  async (): Promise<void> => {
    await DBOS.runStep(async () => tellBegun(), { name: 'begin' })
  },
  { name: 'short' },
)

const [systemDatabaseUrl = ''] = process.argv.slice(2)
DBOS.setConfig({ name: 'bench', systemDatabaseUrl, logLevel: 'error' })
const workflows = { silent, waiting, short }
const launched = DBOS.launch()
hearSubmissions(async (kind) => {
  await launched
  await DBOS.startWorkflow(workflows[kind])()
})
await launched
