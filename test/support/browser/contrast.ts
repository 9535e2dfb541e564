import type { Page } from 'playwright-core';

/** A text with insufficient contrast. */
export interface Faint {
  readonly text: string;
  readonly ratio: number;
}

/** The texts of a page whose contrast is below the 4.5:1 of WCAG 2.2, 1.4.3, as the browser draws them. */
export function faintTexts(page: Page): Promise<readonly Faint[]> {
  // Runs in the page, so it is a string: this compilation has no DOM types.
  return page.evaluate(`(() => {
    const parse = (color) => color.match(/[\\d.]+/g).map(Number);
    const luminance = (color) => {
      const [r, g, b] = color.slice(0, 3).map((value) => {
        const share = value / 255;
        return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const groundOf = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const color = parse(getComputedStyle(at).backgroundColor);
        if (color.length === 3 || color[3] > 0) return color;
      }
      return parse(getComputedStyle(document.documentElement).backgroundColor);
    };
    const faint = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent.trim();
      if (text === '') continue;
      const [one, two] = [parse(getComputedStyle(node.parentElement).color), groundOf(node.parentElement)].map(luminance);
      const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
      if (ratio < 4.5) faint.push({ text, ratio });
    }
    return faint;
  })()`);
}
