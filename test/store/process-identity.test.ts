import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createOwner, isAlive } from '../../src/store/process-identity.ts'
import type { Owner } from '../../src/store/store.ts'
import { startProcess } from '../support/child-process.ts'

const test = suite('process identity')

const isLinux = process.platform === 'linux'

/** `name/machine.boot.namespace` */
const changeHost = (part: 'machine' | 'boot' | 'namespace', owner = createOwner()): Owner => {
  const [name, rest = ''] = owner.host.split('/')
  const [machine, boot, namespace] = rest.split('.')
  const parts = { machine, boot, namespace, [part]: 'other' }
  return { ...owner, host: `${name}/${parts.machine}.${parts.boot}.${parts.namespace}` }
}

test('this process is alive, and each of its owners has its own id', () => {
  const [first, second] = [createOwner(), createOwner()]
  assert.ok(isAlive(first))
  assert.is(first.pid, process.pid)
  assert.is(first.host, second.host)
  assert.is.not(first.id, second.id)
})

test('a reused pid is not the old process', () => {
  if (isLinux) assert.not(isAlive({ ...createOwner(), processStart: createOwner().processStart - 1 }))
})

test('a process that was killed is not alive', async () => {
  const child = startProcess([process.execPath, '-e', 'console.log("up"); setInterval(() => {}, 1000)'])
  await child.waitFor('up')
  const owner = { ...createOwner(), pid: child.pid, processStart: isLinux ? readStart(child.pid) : 0 }
  assert.ok(isAlive(owner))
  child.kill('SIGSTOP')
  assert.ok(isAlive(owner), 'stopped is alive')
  child.kill('SIGKILL')
  await child.done
  assert.not(isAlive(owner))
})

test('a process from before the last boot is not alive', () => {
  if (isLinux && !createOwner().host.includes('unknown')) assert.not(isAlive(changeHost('boot')))
})

test('a process of unknown state counts as alive', () => {
  const gone = { ...createOwner(), processStart: 1 }
  assert.ok(isAlive(changeHost('machine', gone)))
  assert.ok(isAlive(changeHost('namespace', gone)))
  assert.ok(isAlive({ ...gone, host: 'somewhere else' }))
})

/** Field 22; node's own name holds no blanks. */
const readStart = (pid: number): number => Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[21])

test.run()
