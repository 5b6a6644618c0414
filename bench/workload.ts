/** One measured piece of work: it prepares itself, then gives its figures once per repeat, in a process of its own. */
export interface Figure {
  metric: string
  unit: string
  value: number
}

export interface Workload {
  id: string
  title: string
  /** The durability setting, or what else a reader must know to judge the figure. */
  note: string
  /** One repeat. */
  measure(): Promise<Figure[]>
}
