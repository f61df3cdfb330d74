/** Whether a database can keep a text: no NUL, and no half of a surrogate pair (it is not Unicode). */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0')
