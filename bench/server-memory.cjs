/*
 * Loaded into a process that is measured: when its parent asks, it collects garbage until there is none and tells how many KiB
 * are resident.
 */
const { readFileSync } = require('node:fs')
const { setTimeout: delay } = require('node:timers/promises')

const COLLECTIONS = 5
const PAUSE_MS = 200

const readMemory = async () => {
  for (let round = 0; round < COLLECTIONS; round++) {
    await globalThis.gc({ type: 'major', execution: 'async', flavor: 'last-resort' })
    await delay(PAUSE_MS)
  }
  const [, resident] = /^VmRSS:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))
  return Number(resident)
}

process.on('message', async (message) => {
  if (message === 'memory') process.send({ memoryKib: await readMemory() })
})
// A measurement that fails leaves no server behind.
process.on('disconnect', () => process.exit(1))
