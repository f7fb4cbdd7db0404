/** Who people are, what they may see, who looked, and what they say to each other, all on one platform. */
// First, as it says whom the platform is to trust when it starts.
import './people/outside.ts';
import './people/access.ts';
import './people/audit.ts';
import './people/conversation.ts';
import './people/second-factors.ts';
