/** One measured piece of work: it prepares itself, then gives its figures once per repeat, in a process of its own. */
export interface Figure {
  metric: string
  unit: string
  value: number
  /** Set where another side did the work than the workload is for: bare Node, for comparison. */
  peer?: string
  /** In place of the note of the workload. */
  note?: string
}

export interface Workload {
  /** Several peers do the work of one id. */
  id: string
  /** The durability setting, or what else a reader must know to judge the figure. */
  note: string
  /** One repeat. */
  measure(): Promise<Figure[]>
}

export type Workloads = Readonly<Record<string, Workload>>

/** Output of one process: the figures of one repeat. */
export interface Measured {
  note: string
  figures: Figure[]
}
