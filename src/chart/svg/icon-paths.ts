/** Icons of steps and triggers, each as the path of a stroke in a square of 16 by 16. */
import type { ChartNode } from '../chart.ts'

export const ICON_PATHS: Readonly<Record<Exclude<ChartNode['icon'], ''>, string>> = {
  // A bubble of speech.
  llm: 'M2.5 3h11v7.5h-6L4.5 13v-2.5h-2zM5.5 6h5M5.5 8h3',
  // A wrench.
  tool: 'M13.2 4.8a3.4 3.4 0 0 1-4.7 3.6l-4.6 4.7-1.5-1.5 4.7-4.6a3.4 3.4 0 0 1 3.6-4.7L8.9 4.1l.6 2.4 2.4.6z',
  // Angle brackets.
  code: 'M5.5 4.5L2 8l3.5 3.5M10.5 4.5L14 8l-3.5 3.5M9 3.5l-2 9',
  // A cylinder.
  memory: 'M3 4.3c0-2.4 10-2.4 10 0s-10 2.4-10 0v7.4c0 2.4 10 2.4 10 0V4.3M3 8c0 2.4 10 2.4 10 0',
  // A box that leads into another.
  workflow: 'M2 2.5h5v4.5H2zM9 9h5v4.5H9zM4.5 7v4.2H9',
  // An equals sign.
  set: 'M3.5 6h9M3.5 10h9',
  // A clock.
  wait: 'M8 2.2a5.8 5.8 0 1 0 .01 0zM8 4.8V8l2.4 1.5',
  // A letter: a wait for an event.
  event: 'M2 3.5h12v9H2zM2 4l6 4.7L14 4',
  // A person.
  approve: 'M8 2.2a2.7 2.7 0 1 0 .01 0zM2.8 13.8c0-6 10.4-6 10.4 0',
  // A paper plane.
  emit: 'M2 7.5L14 2.5 10.5 13.5 7.5 9.2zM7.5 9.2L14 2.5',
  // A cross.
  fail: 'M4 4l8 8M12 4l-8 8',
  // A way that parts.
  switch: 'M8 2v4M8 6L3.5 10v4M8 6l4.5 4v4',
  // Ways side by side.
  parallel: 'M4 2.5v11M8 2.5v11M12 2.5v11',
  // A pile.
  foreach: 'M2.5 6.5h8v7h-8zM5 6.5V4h8v7h-2.5M7.5 4V2H14.5v6.5H13',
  // An arrow that comes round.
  loop: 'M13 8a5 5 0 1 1-1.6-3.7M13.2 2v3h-3',
  // A frame.
  do: 'M3 3h10v10H3z',
  nats: 'M2 8h3l2-4.5 2.5 9L11.5 8H14',
  webhook: 'M3 8h9M8.5 4.5L12 8l-3.5 3.5',
  schedule: 'M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2.2V5M10.5 2.2V5',
  telegram: 'M2 7.5L14 2.5 10.5 13.5 7.5 9.2zM7.5 9.2L14 2.5',
  whatsapp: 'M8 2.2a5.8 5.8 0 1 1-3 10.8L2.2 13.8 3 11a5.8 5.8 0 0 1 5-8.8z',
}

/** A circular arrow: the marker of a loop. In a square of 26 by 26. */
export const REPEAT_PATH = 'M18 13a5 5 0 1 1-1.6-3.7M18.2 7v3h-3'
