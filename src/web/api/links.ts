/** Paths of a run, as answers name them. */
export const linksOf = (id: string) => {
  const self = `/api/v1/runs/${id}`
  return { self, trace: `${self}/trace`, events: `${self}/events`, cancel: `${self}/cancel` }
}
