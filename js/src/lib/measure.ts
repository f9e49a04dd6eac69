/** Measures texts in the font of an element, so that cards fit what they say. */
export function measurer(element: Element): (text: string, font: string) => number {
  const family = getComputedStyle(element).fontFamily || 'sans-serif';
  const context = document.createElement('canvas').getContext('2d');
  return (text, font) => {
    if (!context) return text.length * 7;
    context.font = `${font} ${family}`;
    return context.measureText(text).width;
  };
}
