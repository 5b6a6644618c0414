/** `troupe serve`: takes up the runs of its database and keeps the clock, until it is told to stop. */

import { createServer, type Server } from '../../../app/server.ts'
import type { ServerNotice } from '../../../service/server-notice.ts'
import { openDatabase } from '../../../store/open-database.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { openProject } from '../../open-project.ts'
import { shownDatabase } from '../../open-runs.ts'
import { describeNotice, toNoticeJson } from './notice-text.ts'

export interface ServeArguments {
  maxRuns?: string
  json?: boolean
}

/** The exit code. */
export const serve = async (context: Context, { maxRuns, json = false }: ServeArguments): Promise<number> => {
  const project = await openProject(context)
  const mostRuns = readCount(maxRuns)
  // What others hand in must survive more than this process.
  const durability = project.config.durability ?? 'power'
  const store = await openDatabase({ ...project, durability })
  const tell = (notice: ServerNotice): void =>
    json
      ? context.stdout.write(`${JSON.stringify(toNoticeJson(notice))}\n`)
      : context.stderr.write(`${describeNotice(notice, context.stderr.paint)}\n`)
  try {
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
    return EXIT.completed
  } finally {
    await store.close()
  }
}

const readCount = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw new CliError(`--max-runs '${text}' is no count: expected a whole number from 1`)
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
