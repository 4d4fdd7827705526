import { browserOf } from "/scripts/views/permission_guide.js";
import { equal } from "./support/assert.js";

const HELD = {
  chrome_android: ["Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36", 5],
  samsung: ["Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", 5],
  safari_ios: ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1", 5],
  firefox: ["Mozilla/5.0 (Android 15; Mobile; rv:153.0) Gecko/153.0 Firefox/153.0", 5],
  desktop: ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36", 0],
  other: ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15", 0],
};

export async function test_a_browser_is_known_by_what_it_says_of_itself() {
  for (const [name, [userAgent, maxTouchPoints]] of Object.entries(HELD)) equal(browserOf({ userAgent, maxTouchPoints }), name, name);
  const [mac] = HELD.other;
  equal(browserOf({ userAgent: mac, maxTouchPoints: 5 }), "safari_ios", "an iPad says that it is a Mac");
}
