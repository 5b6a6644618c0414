/** Shows if the machine had room for more: how many of its cores were busy for a while, whatever the process. */
import { cpus } from 'node:os'

/** Begins to count. What it returns gives the number of busy cores since then. */
export const countBusyCores = (): (() => number) => {
  const [before, started] = [readBusyMs(), performance.now()]
  return () => (readBusyMs() - before) / (performance.now() - started)
}

const readBusyMs = (): number =>
  cpus().reduce((total, { times: { user, nice, sys, irq } }) => total + user + nice + sys + irq, 0)
