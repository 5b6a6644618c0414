/** `troupe serve`: performs the runs of a database and starts scheduled ones, until a signal stops it. */
import { createServer, type Server } from '../../../app/server.ts'
import type { ServerNotice } from '../../../service/server-notice.ts'
import { expectTrustInAll } from '../../ask-trust.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { openProject, shownDatabase, withDatabase } from '../../open-runs.ts'
import { readCount } from '../../option-values.ts'
import { writeJsonLine } from '../../output.ts'
import { describeNotice, toNoticeJson } from './notice-text.ts'

export const serve = async (
  context: Context,
  { maxRuns, json = false }: { maxRuns?: string; json?: boolean },
): Promise<void> => {
  const project = await openProject(context)
  await expectTrustInAll(context, project)
  const mostRuns = readCount('--max-runs', maxRuns)
  // Submitted runs must survive a power cut, not only the end of this process.
  const durability = project.config.durability ?? 'power'
  const tell = (notice: ServerNotice): void =>
    json
      ? writeJsonLine(context, toNoticeJson(notice))
      : context.stderr.write(`${describeNotice(notice, context.stderr.paint)}\n`)
  return withDatabase({ ...project, durability }, async (store) => {
    const server = createServer({
      store,
      project,
      environment: context.environment,
      onNotice: tell,
      ...(mostRuns === undefined ? {} : { mostRuns }),
    })
    server.start()
    tell({ type: 'server.started', at: Date.now(), pid: process.pid, database: shownDatabase(project, context) })
    const signal = await stopOnSignal(server)
    tell({ type: 'server.stopped', at: Date.now(), signal })
  })
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Resolves when the server has stopped; a second signal exits at once. */
const stopOnSignal = (server: Server): Promise<NodeJS.Signals> =>
  new Promise((resolve, reject) => {
    let isStopping = false
    const stop = (signal: NodeJS.Signals): void => {
      if (isStopping) process.exit(signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated)
      isStopping = true
      server.stop().then(() => resolve(signal), reject)
    }
    for (const name of SIGNALS) process.on(name, stop)
  })
