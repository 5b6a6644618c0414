/** Local time, with the date unless it is today. @param at Epoch milliseconds. */
export const formatTime = (at: number): string => {
  const date = new Date(at)
  const time = date.toTimeString().slice(0, 8)
  if (date.toDateString() === new Date().toDateString()) return time
  const [month, day] = [date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0'))
  return `${date.getFullYear()}-${month}-${day} ${time.slice(0, 5)}`
}
