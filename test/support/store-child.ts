/**
 * A process that uses a store, to be killed, stopped and fought with: `store-child.ts MODE PATH [RUN] [MS]`.
 * Each line that it writes says what has been acknowledged; writeSync, so that a line is out before the next write.
 *
 * append  creates a run and appends to it for ever:               `run ID`, then `seq N`
 * fight   takes RUN again and again for MS, held or not:          `accepted EPOCH SEQ`, `lost EPOCH`, `done`
 * hold    claims RUN, appends a row at each SIGUSR2, for ever:    `held EPOCH`, then `accepted` or `lost`
 * open    opens and closes:                                        `opened`
 */
import { writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { createOwner } from '../../src/store/process-identity.ts'
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts'
import type { Claim, Store } from '../../src/store/store.ts'
import { isLeaseLost } from '../../src/store/store-error.ts'
import { createRow, startRun } from './store-values.ts'

const [mode = '', path = '', runId = '', ms = '0'] = process.argv.slice(2)
const owner = createOwner()

const say = (line: string): void => {
  writeSync(1, `${line}\n`)
}

const append = async (store: Store): Promise<void> => {
  const claim = await startRun(store, { owner })
  say(`run ${claim.runId}`)
  for (let seq = 2; ; seq++) {
    await store.write(claim, { rows: [createRow(seq)] })
    say(`seq ${seq}`)
  }
}

const fight = async (store: Store): Promise<void> => {
  const thief = new Database(path, { timeout: 1000 })
  const expire = thief.prepare('update run set lease_until = 0 where id = ? and lease_until is not null')
  for (const end = Date.now() + Number(ms); Date.now() < end; ) {
    expire.run(runId)
    const result = await store.claim(runId, owner)
    if (result.kind === 'claimed') await appendUntilLost(store, result.claim)
  }
  thief.close()
  say('done')
}

const appendUntilLost = async (store: Store, claim: Claim): Promise<void> => {
  const first = (await store.readJournal(claim.runId)).length + 1
  for (let seq = first; seq < first + 50; seq++) {
    const isHeld = await appendOne(store, { claim, seq })
    say(isHeld ? `accepted ${claim.epoch} ${seq}` : `lost ${claim.epoch}`)
    if (!isHeld) return
  }
}

const appendOne = async (store: Store, { claim, seq }: { claim: Claim; seq: number }): Promise<boolean> => {
  try {
    await store.write(claim, { rows: [createRow(seq, { path: `epoch ${claim.epoch}` })] })
    return true
  } catch (error) {
    if (isLeaseLost(error)) return false
    throw error
  }
}

const hold = async (store: Store): Promise<void> => {
  const result = await store.claim(runId, owner)
  if (result.kind !== 'claimed') throw new Error(result.kind)
  let seq = (await store.readJournal(runId)).length
  process.on('SIGUSR2', async () => {
    seq += 1
    say((await appendOne(store, { claim: result.claim, seq })) ? 'accepted' : 'lost')
  })
  say(`held ${result.claim.epoch}`)
  // A listener for a signal does not keep the process alive.
  for (;;) await delay(1000)
}

const store = await openSqliteStore({ path, durability: 'process' })
if (mode === 'append') await append(store)
if (mode === 'fight') await fight(store)
if (mode === 'hold') await hold(store)
if (mode === 'open') say('opened')
await store.close()
