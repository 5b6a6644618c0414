/**
 * R12: a Postgres server that is restarted, stopped or killed, that has no connection or no disk left, and a network that is slow, cuts
 * or loses: runs go on by themselves soon after the cause has ended; nothing is lost, and nothing that is recorded is done again.
 */
import { chownSync, rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { suite } from 'uvu'
import { startEffectServer } from '../support/effect-server.ts'
import { execute, type PostgresServer, startPostgres, withoutPostgres } from '../support/postgres-server.ts'
import { createSlowNetwork, type NetworkState } from '../support/slow-network.ts'
import { mountSmallDisk } from '../support/small-disk.ts'
import { reportFigure } from './figure.ts'
import { createDraws, inForm } from './form.ts'
import { fillDisk, type Outage, POLLING, playOutage } from './outage.ts'
import { onStage } from './stage.ts'

const disk = withoutPostgres === undefined ? mountSmallDisk('40m') : undefined

interface Cause extends Outage {
  /** Makes a database; returns its URL. Default: in the folder of the server. */
  create?(server: PostgresServer): Promise<string>
  impossible?: string | undefined
}

const restarted = (): Cause => {
  const draw = createDraws('R12')
  let restarting: Promise<void> | undefined
  let isOver = false
  const restart = async (): Promise<void> => {
    const server = await startPostgres()
    for (let count = 0; !isOver; count++) {
      await server.stop(count % 2 === 0 ? 'fast' : 'immediate')
      await server.start()
      if (!isOver) await delay(inForm(800, 5_000 + 5_000 * draw()))
    }
  }
  return {
    name: 'restarts',
    pauses: false,
    lastsMs: inForm(4_000, 60_000),
    begin() {
      restarting = restart()
    },
    async end() {
      isOver = true
      await restarting
    },
  }
}

const gone = (name: string, how: 'fast' | 'killed'): Cause => ({
  name,
  pauses: false,
  begin: async () => (await startPostgres()).stop(how),
  end: async () => (await startPostgres()).start(),
})

/** A role with as few rights as a program needs, for which the server keeps no connections in reserve. */
const ROLE = `create role guest login; grant all on schema public to guest; grant all on all tables in schema public to guest;
  grant all on all sequences in schema public to guest`

const withoutConnections: Cause = {
  name: 'no connection left',
  pauses: false,
  async create(server) {
    const url = await server.createDatabase()
    await execute(url, ROLE)
    return url.replace('troupe@', 'guest@')
  },
  async begin() {
    const url = (await startPostgres()).urlOf('postgres')
    await execute(url, 'alter role guest connection limit 0')
    await execute(url, `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'guest'`)
  },
  end: async () => execute((await startPostgres()).urlOf('postgres'), 'alter role guest connection limit -1'),
}

/** The log of the server is on another disk, as it should be. */
const withoutSpace: Cause = {
  name: 'a full disk',
  pauses: true,
  impossible: disk === undefined ? 'making a small disk needs root' : undefined,
  async create(server) {
    const folder = disk?.folder.path ?? ''
    if (server.account !== undefined) chownSync(folder, server.account.uid, server.account.gid)
    await execute(server.urlOf('postgres'), `create tablespace small location '${folder}'`)
    await execute(server.urlOf('postgres'), 'create database on_small_disk template model tablespace small')
    return server.urlOf('on_small_disk')
  },
  begin: () => fillDisk(`${disk?.folder.path}/ballast`),
  end: () => rmSync(`${disk?.folder.path}/ballast`),
}

const network = (name: string, state: NetworkState): Cause => {
  let become: (state: NetworkState) => void = () => {}
  return {
    name,
    pauses: false,
    async create(server) {
      const slow = await createSlowNetwork(server.port)
      networks.push(slow)
      become = slow.become
      return (await server.createDatabase()).replace(`:${server.port}/`, `:${slow.port}/`)
    },
    begin: () => become(state),
    end: () => become('whole'),
  }
}

const test = suite('a Postgres server that fails')

/** Closed at the end: hooks that a test adds are not called. */
const networks: { close(): unknown }[] = []

const CAUSES: Cause[] = [
  restarted(),
  gone('a stopped server', 'fast'),
  gone('a killed server', 'killed'),
  withoutConnections,
  withoutSpace,
  network('a slow network', 'slow'),
  network('cut connections', 'cutting'),
  network('half-open connections', 'half_open'),
]

for (const cause of CAUSES) {
  const { name, impossible = withoutPostgres, create } = cause
  if (impossible !== undefined)
    reportFigure({ id: 'R12', db: 'postgres', counts: {}, isKept: false, skipped: `${name}: ${impossible}` })
  ;(impossible === undefined ? test : test.skip)(
    `R12 ${name}: nothing is lost, and runs go on within 5 s`,
    async () => {
      const postgres = await startPostgres()
      const url = await (create?.(postgres) ?? postgres.createDatabase())
      const server = await startEffectServer(() => 80)
      try {
        await onStage({ 'polling.yaml': POLLING }, (stage) => playOutage(stage, { outage: cause, server }), {
          address: { kind: 'postgres', url },
        })
      } finally {
        await server.close()
      }
    },
  )
}

test.after(async () => {
  await Promise.all(networks.map((network) => network.close()))
  disk?.unmount()
})

test.run()
