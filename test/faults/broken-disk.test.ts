/**
 * R12: a disk that is full, a file that can't be written to, a file that is moved away: runs pause, and go on by themselves soon after the
 * cause has ended; nothing is lost, and nothing that is recorded is done again.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { suite } from 'uvu'
import { startEffectServer } from '../support/effect-server.ts'
import { mayBeSkipped, mountSmallDisk } from '../support/small-disk.ts'
import { createTempFolder } from '../support/temp-folder.ts'
import { reportFigure } from './figure.ts'
import { fillDisk, type Outage, POLLING, playOutage } from './outage.ts'
import { onStage } from './stage.ts'

interface Cause extends Outage {
  /** Where the database has to be for it; undefined: anywhere. */
  disk?: 'small'
  /** Why it can't be brought about here. */
  impossible?: string | undefined
}

const FILES = ['', '-wal', '-shm']

const changeAttributes = (change: string, database: string): void => {
  const { status, stderr } = spawnSync('chattr', [change, database, `${database}-wal`], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

/** True if an immutable file can't be written to by a process that has it open. */
const canForbid = (): boolean => {
  const folder = createTempFolder()
  const path = folder.write('probe', '')
  const file = openSync(path, 'w')
  try {
    if (spawnSync('chattr', ['+i', path]).status !== 0) return false
    writeSync(file, 'x')
    return false
  } catch {
    return true
  } finally {
    closeSync(file)
    spawnSync('chattr', ['-i', path])
    folder.remove()
  }
}

const disk = mountSmallDisk('24m')

const CAUSES: Cause[] = [
  {
    name: 'a full disk',
    pauses: true,
    disk: 'small',
    impossible: disk === undefined ? 'making a small disk needs root' : undefined,
    begin: (database) => fillDisk(`${database}.ballast`),
    end: (database) => rmSync(`${database}.ballast`),
  },
  {
    name: 'a file that is read-only',
    pauses: true,
    impossible: canForbid() || !mayBeSkipped ? undefined : 'only on ext4 and for root',
    // Permissions do not affect a process that has the file open already, nor root.
    begin: (database) => changeAttributes('+i', database),
    end: (database) => changeAttributes('-i', database),
  },
  {
    name: 'a file that is moved away',
    // Writes to a moved file still succeed.
    pauses: false,
    begin(database) {
      mkdirSync(`${database}.away`)
      for (const end of FILES) renameSync(database + end, `${database}.away/${end}file`)
    },
    end(database) {
      for (const end of FILES)
        if (existsSync(`${database}.away/${end}file`)) renameSync(`${database}.away/${end}file`, database + end)
    },
  },
]

const test = suite('a database that can not be written to')

for (const cause of CAUSES) {
  const { name, impossible } = cause
  if (impossible !== undefined)
    reportFigure({ id: 'R12', counts: {}, isKept: false, skipped: `${name}: ${impossible}` })
  ;(impossible === undefined ? test : test.skip)(`R12 ${name} loses nothing, and runs go on within 5 s`, async () => {
    const server = await startEffectServer(() => 80)
    const place = cause.disk === 'small' && disk !== undefined ? { databaseFolder: disk.folder.path } : {}
    try {
      await onStage({ 'polling.yaml': POLLING }, (stage) => playOutage(stage, { outage: cause, server }), place)
    } finally {
      await server.close()
    }
  })
}

test.after(() => disk?.unmount())

test.run()
