/*
 * Loaded into a program that is measured: at its end writes its peak memory, in KiB, to file descriptor 3. Linux counts
 * for `resourceUsage` what the process was before it became this program, so it is asked for the peak of the program.
 */
const { readFileSync, writeSync } = require('node:fs')

const readPeak = () => {
  try {
    return /^VmHWM:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]
  } catch {
    return String(process.resourceUsage().maxRSS)
  }
}

process.on('exit', () => writeSync(3, readPeak()))
