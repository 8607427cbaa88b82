-- Mentions are asked for without copies.

CREATE INDEX story_posts_copies ON story_posts (post) WHERE copy_of IS NOT NULL;
